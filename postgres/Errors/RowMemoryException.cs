using System.Globalization;

namespace Mammoth.Postgres.Errors;

/// <summary>A row is larger than this process's memory can hold while it is copied.</summary>
public sealed class RowMemoryException(long rowBytes, long need, long room) : SourceException(string.Create(
    CultureInfo.InvariantCulture,
    $"A row of {rowBytes / 1e6:0} MB or more takes about {need / 1e6:0} MB of memory while it is copied, and this process has {room / 1e6:0} MB for such rows."));
