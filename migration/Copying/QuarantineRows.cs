using System.Globalization;
using Apache.Arrow;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;
using IcebergSchema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Migration.Copying;

/// <summary>
/// What happens to the rows of a chunk that hold a value their column can't: by the column's policy the column is to become text,
/// the table fails, or the row is set aside whole. Rows come on the thread that reads, and are written on another.
/// </summary>
internal sealed class QuarantineRows(TablePlan table) : IUnfitRows
{
    private readonly Lock _gate = new();
    private readonly SortedSet<string> _textColumns = new(StringComparer.Ordinal);
    private readonly StringArray.Builder _columns = new();
    private readonly StringArray.Builder _reasons = new();
    private readonly StringArray.Builder _leaves = new();
    private readonly BinaryArray.Builder _tuples = new();
    private int _pending;

    /// <summary>
    /// The columns of a quarantine table: which column did not fit and why, the heap the row came from, and the row as its binary
    /// COPY tuple, of which it can be brought back.
    /// </summary>
    public static IcebergSchema Schema { get; } = new(
        0,
        [
            new NestedField(1, "column", Required: true, PrimitiveType.String, "The first column whose value did not fit"),
            new NestedField(2, "reason", Required: true, PrimitiveType.String, "What about the value did not fit"),
            new NestedField(3, "relation", Required: true, PrimitiveType.String, "The table or partition the row came from"),
            new NestedField(4, "row", Required: true, PrimitiveType.Binary, "The whole row as a binary COPY tuple of the table's columns"),
        ],
        []);

    /// <summary>The table property that tells a quarantine table from one that only has such a name.</summary>
    public const string Mark = "mammoth.quarantine-of";

    public static bool IsQuarantine(TableMetadata table) => table.Properties.ContainsKey(Mark);

    /// <summary>The name of a table's quarantine table, beside it in its namespace.</summary>
    public static string TableName(string table) => $"{table}__quarantine";

    /// <summary>Where the rows come from.</summary>
    public QualifiedName Leaf { get; set; } = table.Source;

    /// <summary>Columns to carry as text from now on; where there is one, the chunk is void.</summary>
    public IReadOnlyList<string> TextColumns
    {
        get
        {
            lock (_gate)
            {
                return [.. _textColumns];
            }
        }
    }

    /// <summary>A column is to become text: nothing of the chunk is kept.</summary>
    public bool IsVoid { get; private set; }

    public void Add(in UnfitRow row)
    {
        lock (_gate)
        {
            Take(row);
        }
    }

    /// <summary>Writes what was set aside.</summary>
    public async Task Flush(RollingDataFileWriter writer, CancellationToken cancellation)
    {
        using RecordBatch? batch = Waiting();
        if (batch is not null)
        {
            await writer.Write(batch, cancellation);
        }
    }

    private void Take(in UnfitRow row)
    {
        UnfitValue? aside = null;
        foreach (UnfitValue value in row.Values)
        {
            ColumnPlan column = table.Columns[value.Column];
            switch (column.Policy)
            {
                case TypePolicy.String when column.Wire is not CopyType.Text:
                    _textColumns.Add(column.Name);
                    IsVoid = true;
                    break;
                case TypePolicy.Quarantine:
                    aside ??= value;
                    break;
                default:
                    throw Refusal(column, value.Reason);
            }
        }

        // Once the chunk is void nothing of it is kept.
        if (aside is { } first && !IsVoid)
        {
            if (row.HasLargeValues)
            {
                throw TooLarge(table.Columns[first.Column], first.Reason);
            }

            _columns.Append(table.Columns[first.Column].Name);
            _reasons.Append(first.Reason);
            _leaves.Append(Leaf.ToString());
            _tuples.Append(row.Tuple);
            _pending++;
        }
    }

    /// <summary>The rows set aside since the last time; null where there are none.</summary>
    private RecordBatch? Waiting()
    {
        lock (_gate)
        {
            if (_pending == 0)
            {
                return null;
            }

            var batch = new RecordBatch(
                new Apache.Arrow.Schema(
                    [
                        new Field("column", Apache.Arrow.Types.StringType.Default, false),
                        new Field("reason", Apache.Arrow.Types.StringType.Default, false),
                        new Field("relation", Apache.Arrow.Types.StringType.Default, false),
                        new Field("row", Apache.Arrow.Types.BinaryType.Default, false),
                    ],
                    null),
                [_columns.Build(), _reasons.Build(), _leaves.Build(), _tuples.Build()],
                _pending);
            _columns.Clear();
            _reasons.Clear();
            _leaves.Clear();
            _tuples.Clear();
            _pending = 0;
            return batch;
        }
    }

    private UnfitRowException TooLarge(ColumnPlan column, string reason) => new(
        $"{table.Source}, column {column.Source} ({column.SourceType}): a row of {Leaf} does not fit ({reason}), and it can't be set aside, since it has values that are too large to be held.",
        $"Use the policy string for {column.Source}, leave it out, correct the value in the source, or turn objects for large values off (--large-values 0): the row is then held in memory.");

    private UnfitRowException Refusal(ColumnPlan column, string reason) => new(
        string.Create(CultureInfo.InvariantCulture, $"{table.Source}, column {column.Source} ({column.SourceType}): a row of {Leaf} holds a value with no exact {column.TargetType}: {reason}."),
        column.Policy == TypePolicy.Fail
            ? "Its policy is fail; with the policy string the column becomes text, with quarantine the row is set aside."
            : "The policy string can't help here; use the policy quarantine for this column, or leave it out.");
}
