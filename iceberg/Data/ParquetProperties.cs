using Mammoth.Iceberg.Schemas;
using ParquetSharp;
using ParquetSharp.Schema;

namespace Mammoth.Iceberg.Data;

/// <summary>The settings of the Parquet writer for a schema.</summary>
internal static class ParquetProperties
{
    // In the form "name version number": readers that can't parse it distrust the statistics.
    private static readonly string CreatedBy = $"Mammoth version {typeof(ParquetProperties).Assembly.GetName().Version!.ToString(3)}";

    /// <summary>
    /// Bytes of a page before compression. A quarter of the library's usual megabyte: what is gathered, put together and compressed stays in the processor's nearer caches,
    /// which two streams on two cores share with the server's processes.
    /// </summary>
    private const long PageBytes = 256 << 10;

    public static WriterProperties Of(GroupNode root, IReadOnlyList<LeafWriter> leaves, DataFileOptions options)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(Compression.Zstd).DataPagesize(PageBytes).CreatedBy(CreatedBy);
        var nodes = Leaves(root).ToArray();
        for (var i = 0; i < leaves.Count; i++)
        {
            using var node = nodes[i];
            using var path = node.Path;

            // A level for all would be refused for those that have none.
            if (options.Uncompressed.Contains(leaves[i].Field.Id))
                builder.Compression(path, Compression.Uncompressed);
            else
                builder.CompressionLevel(path, options.CompressionLevel);
            var delta = options.DeltaEncoded.Contains(leaves[i].Field.Id) && IsInteger(leaves[i].Field.Type);
            if (!delta && !options.WithoutDictionary.Contains(leaves[i].Field.Id))
                continue;
            builder.DisableDictionary(path);
            if (delta)
                builder.Encoding(path, Encoding.DeltaBinaryPacked);
        }
        return builder.Build();
    }

    private static IEnumerable<Node> Leaves(GroupNode group)
    {
        foreach (var node in group.Fields)
        {
            if (node is not GroupNode nested)
            {
                yield return node;
                continue;
            }
            using (nested)
                foreach (var leaf in Leaves(nested))
                    yield return leaf;
        }
    }

    private static bool IsInteger(IcebergType type) =>
        type is DecimalType { Precision: <= 18 } or PrimitiveType
        {
            Kind: PrimitiveKind.Int or PrimitiveKind.Long or PrimitiveKind.Date or PrimitiveKind.Time or PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz
        };
}
