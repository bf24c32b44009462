using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;

namespace Mammoth.Fuzz.Targets;

/// <summary>Table metadata and the catalog document. What is read is written and read again.</summary>
internal static class JsonTarget
{
    public static void Metadata(byte[] bytes)
    {
        if (Refusable(() => TableMetadataJson.Read(bytes)) is not { FormatVersion: > 1 } table)
            return;
        byte[] written = TableMetadataJson.Write(table);
        if (!TableMetadataJson.Write(TableMetadataJson.Read(written)).AsSpan().SequenceEqual(written))
            throw new FindingException("Metadata that was read, written and read again is other metadata.");
    }

    public static void Catalog(byte[] bytes)
    {
        if (Refusable(() => CatalogDocument.Read(bytes)) is not { } catalog)
            return;
        byte[] written = catalog.Write();
        if (!CatalogDocument.Read(written).Write().AsSpan().SequenceEqual(written))
            throw new FindingException("A catalog that was read, written and read again is another one.");
    }

    private static T? Refusable<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            // A member's name, or where in the text.
            FindingException.Unless(e.Message.Contains('\'', StringComparison.Ordinal) || e.Message.Contains("LineNumber", StringComparison.Ordinal) || e.Message.Contains("The ", StringComparison.Ordinal), e);
            return null;
        }
    }
}
