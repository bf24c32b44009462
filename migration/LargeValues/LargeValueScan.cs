using System.Runtime.CompilerServices;
using Apache.Arrow;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.LargeValues;

/// <summary>A large value that a row of a table refers to.</summary>
/// <param name="Column">The column whose value it is.</param>
/// <param name="Row">The row's place in its batch.</param>
/// <param name="Value">The reference.</param>
public sealed record FoundLargeValue(string Column, int Row, LargeValue Value);

/// <summary>Brings the large values of a table's rows back, as streams: none is ever held whole.</summary>
public sealed class LargeValueScan(IFileIO io, TableMetadata table)
{
    private readonly LargeValueFolder _folder = new(io, table.Location);

    /// <summary>A schema's columns of references to large values: as they were at any snapshot.</summary>
    public static IEnumerable<string> References(Iceberg.Schemas.Schema schema) => schema.Fields.Where(f => IsReference(ArrowTypes.Of(f))).Select(f => f.Name);

    /// <summary>The large values that the first <paramref name="rows"/> rows of a batch refer to, as far as it has the columns of references.</summary>
    public static IEnumerable<FoundLargeValue> In(RecordBatch batch, int rows)
    {
        using var references = new LargeReferences();
        for (int column = 0; column < batch.ColumnCount; column++)
        {
            Field field = batch.Schema.GetFieldByIndex(column);
            if (!IsReference(field) || !references.Bind(batch.Column(column)))
            {
                continue;
            }

            for (int row = 0; row < rows; row++)
            {
                if (references[row] is { } value)
                {
                    yield return new(field.Name[..field.Name.LastIndexOf(LargeColumn.Suffix, StringComparison.Ordinal)], row, value);
                }
            }
        }
    }

    /// <summary>All large values of the table as <paramref name="options"/> read it, batch by batch; the batches are the caller's to dispose.</summary>
    public async IAsyncEnumerable<(RecordBatch Batch, IReadOnlyList<FoundLargeValue> Values)> Read(ScanOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (RecordBatch batch in new TableScan(io, table, options).Read(cancellation))
        {
            yield return (batch, [.. In(batch, batch.Length)]);
        }
    }

    private static bool IsReference(Field field) =>
        field.Name.Contains(LargeColumn.Suffix, StringComparison.Ordinal)
        && field.DataType is Apache.Arrow.Types.StructType form
        && form.Fields.Select(f => (f.Name, f.DataType.TypeId)).SequenceEqual(LargeValue.Form.Fields.Select(f => (f.Name, f.Type.ArrowType.TypeId)));

    /// <summary>The value's bytes; reading to their end fails where they are not those that were written.</summary>
    /// <exception cref="LargeValueException">There is no such object.</exception>
    public async Task<Stream> Open(LargeValue value, CancellationToken cancellation) => new LargeValueStream(value, await _folder.Open(value, cancellation));
}
