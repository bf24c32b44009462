namespace Mammoth.Iceberg.Metadata;

/// <summary>An update that does not fit the table's state; nothing was changed.</summary>
public sealed class InvalidUpdateException(string message) : Exception(message);
