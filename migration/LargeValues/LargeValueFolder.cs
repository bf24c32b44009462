using System.Globalization;
using Mammoth.Iceberg.IO;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.LargeValues;

/// <summary>
/// Where a table's large values lie: <c>&lt;table&gt;/data/_large/</c>. The underscore keeps programs away that delete what no manifest names (Spark's
/// <c>remove_orphan_files</c> passes over such folders). Each chunk lists its own there, and each snapshot the chunks' lists.
/// </summary>
public sealed class LargeValueFolder(IFileIO io, string tableLocation) : IStoredValues
{
    private readonly string _location = $"{tableLocation}/data/_large/";

    /// <summary>With this all files of an attempt begin.</summary>
    public string Of(string attempt) => $"{_location}{attempt}";

    /// <summary>An attempt's <paramref name="number"/>th object, from 0.</summary>
    public string Object(string attempt, int number) => string.Create(CultureInfo.InvariantCulture, $"{_location}{attempt}-{number:00000}.bin");

    /// <summary>An object that is shared.</summary>
    public string Shared() => $"{_location}shared/{Guid.CreateVersion7():N}.bin";

    /// <summary>The list of an attempt's objects.</summary>
    public string List(string attempt) => $"{_location}{attempt}.json";

    /// <summary>Where it is said which object has these bytes, in a table whose large values are shared.</summary>
    public string ByHash(string sha256) => $"{_location}by-hash/{sha256}";

    /// <summary>Whether a file is an object that tables' rows may share, or says which one that is.</summary>
    public static bool IsShared(string location) =>
        location.Contains("/data/_large/shared/", StringComparison.Ordinal) || location.Contains("/data/_large/by-hash/", StringComparison.Ordinal);

    /// <inheritdoc/>
    public async Task<Stream> Open(LargeValue value, CancellationToken cancellation)
    {
        // A table is only believed in what is its own.
        if (!value.Location.StartsWith(_location, StringComparison.Ordinal) || value.Location.Contains("..", StringComparison.Ordinal))
        {
            throw new LargeValueException(value.Location, $"is not in the table's folder {_location}");
        }

        try
        {
            return await io.OpenRead(value.Location, cancellation);
        }
        catch (FileNotFoundException e)
        {
            throw new LargeValueException(value.Location, "is gone", e);
        }
    }
}
