using System.Text;
using Apache.Arrow;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Iceberg.Scans;

/// <summary>
/// Equality-delete files (Iceberg spec, "Equality Delete Files"): a row goes whose values in some columns are those of a deleted row; null is equal to null.
/// The deleted keys are in memory while a data file is read.
/// </summary>
internal sealed class EqualityDeletes
{
    private readonly List<(int[] Columns, HashSet<string> Keys)> _groups = [];

    /// <summary>The fields by which these files delete, wherever in the table's history they are defined.</summary>
    /// <exception cref="NotSupportedException">A file deletes by a column that can't be compared.</exception>
    public static IReadOnlyList<NestedField> Fields(TableMetadata metadata, IEnumerable<DataFile> deletes) =>
    [
        .. deletes.SelectMany(Ids).Distinct().Select(id =>
            metadata.Schemas.OrderByDescending(s => s.SchemaId == metadata.CurrentSchemaId).ThenByDescending(s => s.SchemaId)
                .SelectMany(s => s.Fields).FirstOrDefault(f => f.Id == id && f.Type is PrimitiveType or DecimalType or FixedType)
            ?? throw new NotSupportedException($"Rows are deleted by the column of field id {id}, which is no top-level column of a primitive type: they can't be told from the others.")),
    ];

    /// <param name="columns">The columns of the batches that will be asked about; the fields of <see cref="Fields"/> are among them.</param>
    public static async Task<EqualityDeletes> Read(
        IFileIO io, IReadOnlyList<NestedField> columns, IEnumerable<DataFile> deletes, NameMapping? names, CancellationToken cancellation)
    {
        var result = new EqualityDeletes();
        foreach (var group in deletes.GroupBy(delete => string.Join(',', Ids(delete).Order())))
        {
            int[] indexes = [.. Ids(group.First()).Select(id => columns.TakeWhile(c => c.Id != id).Count())];
            var fields = new Schema(0, [.. indexes.Select(i => columns[i] with { Required = false })], []);
            var keys = new HashSet<string>();
            foreach (var delete in group)
                await foreach (var batch in new DataFileReader(io, fields, names).Read(delete.FilePath, cancellation))
                    using (batch)
                        for (var row = 0; row < batch.Length; row++)
                            keys.Add(Key(batch, [.. Enumerable.Range(0, indexes.Length)], row));
            result._groups.Add((indexes, keys));
        }
        return result;
    }

    /// <summary>The runs of rows that are left of a batch.</summary>
    public List<(int Start, int Length)> LiveRuns(RecordBatch batch)
    {
        var runs = new List<(int, int)>();
        var start = 0;
        for (var row = 0; row <= batch.Length; row++)
        {
            if (row < batch.Length && !_groups.Exists(group => group.Keys.Contains(Key(batch, group.Columns, row))))
                continue;
            if (row > start)
                runs.Add((start, row - start));
            start = row + 1;
        }
        return runs;
    }

    private static IReadOnlyList<int> Ids(DataFile delete) => delete.EqualityIds is { Count: > 0 } ids ? ids
        : throw new InvalidDataException($"{delete.FilePath} deletes rows by equal values, but the manifest does not say in which columns.");

    private static string Key(RecordBatch batch, int[] columns, int row)
    {
        var key = new StringBuilder();
        foreach (var column in columns)
        {
            var data = batch.Column(column).Data;
            var at = data.Offset + row;
            if (data.Buffers[0].Length > 0 && !BitUtility.GetBit(data.Buffers[0].Span, at))
                key.Append('-');
            else
                key.Append(System.Convert.ToHexString(Value(data, at)));
            key.Append('|');
        }
        return key.ToString();
    }

    private static ReadOnlySpan<byte> Value(ArrayData data, int at)
    {
        switch (data.DataType)
        {
            case Apache.Arrow.Types.BooleanType:
                return new byte[] { BitUtility.GetBit(data.Buffers[1].Span, at) ? (byte)1 : (byte)0 };
            case Apache.Arrow.Types.StringType or Apache.Arrow.Types.BinaryType:
                var offsets = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span);
                return data.Buffers[2].Span[offsets[at]..offsets[at + 1]];
            default:
                var width = ((Apache.Arrow.Types.FixedWidthType)data.DataType).BitWidth / 8;
                return data.Buffers[1].Span.Slice(at * width, width);
        }
    }
}
