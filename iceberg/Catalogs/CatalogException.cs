namespace Mammoth.Iceberg.Catalogs;

/// <summary>A warehouse that can't be used as asked. The message is a sentence for the user that says what was found and what to do.</summary>
public sealed class CatalogException(string message, Exception? inner = null) : Exception(message, inner);
