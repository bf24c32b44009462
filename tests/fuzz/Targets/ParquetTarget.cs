using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Fuzz.Targets;

/// <summary>Data files. The coverage that guides is that of our own code: the library's is native.</summary>
internal static class ParquetTarget
{
    private const string Location = "file:///fuzz.parquet";

    /// <summary>The columns of the corpus's files, and one that they lack.</summary>
    public static Schema Schema { get; } = new(1,
    [
        new(1, "id", true, PrimitiveType.Long),
        new(2, "name", false, PrimitiveType.String),
        new(3, "price", false, new DecimalType(9, 2)),
        new(4, "at", false, PrimitiveType.TimestampTz),
        new(5, "tags", false, new ListType(6, PrimitiveType.String, false)),
        new(7, "absent", false, PrimitiveType.Double),
    ], []);

    public static void Read(byte[] bytes)
    {
        try
        {
            Rows(new DataFileReader(new OneFile(Location, bytes), Schema)).GetAwaiter().GetResult();
        }
        catch (InvalidDataException e)
        {
            FindingException.Unless(e.Message.Contains(Location, StringComparison.Ordinal), e);
        }
    }

    private static async Task Rows(DataFileReader reader)
    {
        long rows = 0;
        await foreach (var batch in reader.Read(Location, CancellationToken.None))
        {
            rows += batch.Length;
            batch.Dispose();

            // A few bytes can say that there are very many rows of nothing.
            if (rows > 1 << 20)
                break;
        }
    }
}
