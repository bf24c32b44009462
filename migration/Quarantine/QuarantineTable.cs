using System.Runtime.CompilerServices;
using System.Text;
using Apache.Arrow;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Migration.Quarantine;

/// <summary>
/// <c>mammoth.quarantine</c>: the rows of all tables of a warehouse that were set aside, as of the run that last wrote each table. It is partitioned by the table,
/// so that the rows of one can be replaced, and read, without those of the others.
/// </summary>
public static class QuarantineTable
{
    /// <summary>The table property that tells it from one that only has its name.</summary>
    public const string Mark = "mammoth.quarantine";

    /// <summary>The Iceberg column with the row itself.</summary>
    internal const string Row = "row";

    private const string Target = "target";
    private const int TargetId = 3;

    public static TableIdentifier Identifier { get; } = new("mammoth", "quarantine");

    /// <summary>Its columns; names of the source are as PostgreSQL has them.</summary>
    public static Schema Schema { get; } = new(
        0,
        [
            new NestedField(1, "run", Required: true, PrimitiveType.String, "The run that set the row aside"),
            new NestedField(2, "table", Required: true, PrimitiveType.String, "The table of the source, schema.name"),
            new NestedField(TargetId, Target, Required: true, PrimitiveType.String, "The table of the warehouse that the row is missing from, namespace.name; both in double quotes where a dot is in one of them"),
            new NestedField(4, "relation", Required: true, PrimitiveType.String, "The table or partition the row came from"),
            new NestedField(5, "key", Required: false, PrimitiveType.String, "The row's primary key: a JSON object of columns to texts; null where the table has none, or not all of it is copied"),
            new NestedField(6, "column", Required: true, PrimitiveType.String, "The first column whose value did not fit"),
            new NestedField(7, "reason", Required: true, PrimitiveType.String, "What about the value did not fit"),
            new NestedField(8, "value_text", Required: false, PrimitiveType.String, "The value as PostgreSQL prints it; null where it is no text, or longer than a megabyte"),
            new NestedField(9, "value_hex", Required: false, PrimitiveType.String, "The value's bytes in binary COPY, hexadecimal; null where they are more than half a megabyte"),
            new NestedField(10, Row, Required: true, PrimitiveType.Binary, "The whole row as a binary COPY tuple of the table's columns"),
        ],
        []);

    /// <summary>By the table of the warehouse: its name is one table's only, whichever databases came to it.</summary>
    public static PartitionSpec Spec { get; } = new(0, [new(TargetId, PartitionSpec.LastIdBeforeFirst + 1, Target, "identity")]);

    public static bool IsQuarantine(TableMetadata table) => table.Properties.ContainsKey(Mark);

    /// <summary>The value of <c>target</c> for a table of the warehouse.</summary>
    public static string TargetOf(TableIdentifier table) =>
        table.Namespace.AsSpan().ContainsAny('.', '"') || table.Name.AsSpan().ContainsAny('.', '"') ? new QualifiedName(table.Namespace, table.Name).Sql : table.ToString();

    /// <inheritdoc cref="TargetOf(TableIdentifier)"/>
    internal static string TargetOf(TablePlan plan) => TargetOf(new TableIdentifier(plan.Namespace, plan.Name));

    /// <summary>The value of a file's <c>target</c>; null where it has rows of several.</summary>
    internal static string? TargetOf(Iceberg.Manifests.DataFile file, PartitionSpec spec) =>
        spec.Fields.FirstOrDefault(f => f is { SourceId: TargetId, Transform: "identity" }) is { } field ? file.Partition.GetValueOrDefault(field.FieldId) as string : null;

    /// <summary>The digest of the rows of one table as they are now.</summary>
    /// <param name="quarantine">The table's state; null: there is none, and no row was set aside.</param>
    /// <param name="target">See <see cref="TargetOf(TableIdentifier)"/>.</param>
    internal static async Task<RowDigest> Digest(IFileIO io, TableMetadata? quarantine, string target, CancellationToken cancellation)
    {
        RowDigest digest = RowDigest.Empty;
        if (quarantine?.CurrentSnapshot is null)
        {
            return digest;
        }

        await foreach (byte[] tuple in Rows(io, quarantine, target, cancellation))
        {
            digest = digest.Add(tuple);
        }

        return digest;
    }

    /// <summary>The rows of one table as they are now: tuples of binary COPY.</summary>
    /// <param name="target">See <see cref="TargetOf(TableIdentifier)"/>.</param>
    internal static async IAsyncEnumerable<byte[]> Rows(IFileIO io, TableMetadata quarantine, string target, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var scan = new TableScan(io, quarantine, new ScanOptions { Columns = [Target, Row], Where = [new ColumnPredicate(Target, Comparison.Equal, target)] });
        byte[] wanted = Encoding.UTF8.GetBytes(target);
        await foreach (RecordBatch batch in scan.Read(cancellation))
        {
            using (batch)
            {
                var targets = (StringArray)batch.Column(0);
                var rows = (BinaryArray)batch.Column(1);
                for (int i = 0; i < batch.Length; i++)
                {
                    // Another engine may have put the rows of several tables into one file.
                    if (targets.GetBytes(i).SequenceEqual(wanted))
                    {
                        yield return rows.GetBytes(i).ToArray();
                    }
                }
            }
        }
    }
}
