using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;
using Mammoth.Iceberg.Data;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.Texts;

namespace Mammoth.Migration.Quarantine;

/// <summary>
/// What happens to the rows of a chunk that hold a value their column can't: by the column's policy the column is to become text,
/// the table fails, or the row is set aside whole.
/// </summary>
internal sealed class QuarantineRows(TablePlan table, string run) : IUnfitRows
{
    /// <summary>Bytes of a value whose text or digits are kept beside the row, which has it anyway.</summary>
    private const int LongestValue = 1 << 20;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SortedSet<string> _textColumns = new(StringComparer.Ordinal);
    private readonly Waiting _waiting = new();
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly int[] _key = [.. table.Key.Select(name => table.Columns.Index().Single(c => c.Item.Name == name).Index)];
    private readonly string _table = table.Source.ToString();
    private readonly string _target = QuarantineTable.TargetOf(table);
    private readonly ErrorBudget? _budget = table.MaxErrors is { } budget ? ErrorBudget.Parse(budget) : null;
    private readonly List<string> _first = [];
    private long _aside;

    /// <summary>Where the rows come from.</summary>
    public QualifiedName Leaf { get; set; } = table.Source;

    /// <summary>Columns to carry as text from now on; where there is one, the chunk is void.</summary>
    public IReadOnlyCollection<string> TextColumns => _textColumns;

    /// <summary>A column is to become text: nothing of the chunk is kept.</summary>
    public bool IsVoid { get; private set; }

    public void Add(in UnfitRow row)
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
            SetAside(row, first);
        }
    }

    /// <summary>Writes what was set aside.</summary>
    public async ValueTask Flush(RollingDataFileWriter writer, CancellationToken cancellation)
    {
        using RecordBatch? batch = _waiting.Take();
        if (batch is not null)
        {
            await writer.Write(batch, cancellation);
        }
    }

    private void SetAside(in UnfitRow row, UnfitValue unfit)
    {
        ColumnPlan column = table.Columns[unfit.Column];
        if (row.HasLargeValues)
        {
            throw TooLarge(column, unfit.Reason);
        }

        _waiting.Runs.Append(run);
        _waiting.Tables.Append(_table);
        _waiting.Targets.Append(_target);
        _waiting.Leaves.Append(Leaf.ToString());
        ReadOnlySpan<byte> key = Key(row.Tuple);
        if (key.IsEmpty)
        {
            _waiting.Keys.AppendNull();
        }
        else
        {
            _waiting.Keys.Append(key);
        }

        if (_first.Count < BudgetExceededException.MostExamples)
        {
            _first.Add(BudgetExceededException.Example(column.Source, unfit.Reason, System.Text.Encoding.UTF8.GetString(key)));
        }

        _waiting.Columns.Append(column.Source);
        _waiting.Reasons.Append(unfit.Reason);
        Value(column, Field(row.Tuple, unfit.Column));
        _waiting.Tuples.Append(row.Tuple);
        _waiting.Rows++;
        _aside++;
        if (_budget is { Rows: { } most } && _aside > most)
        {
            throw new BudgetExceededException(table.Source, _aside, rows: null, _budget, _first);
        }
    }

    private void Value(ColumnPlan column, ReadOnlySpan<byte> wire)
    {
        _text.ResetWrittenCount();
        if (wire.Length <= LongestValue && WireText.TryWrite(column.Wire, wire, _text) && _text.WrittenCount <= LongestValue)
        {
            _waiting.Texts.Append(_text.WrittenSpan);
        }
        else
        {
            _waiting.Texts.AppendNull();
        }

        if (2 * wire.Length <= LongestValue)
        {
            _text.ResetWrittenCount();
            WireText.Hex(wire, _text);
            _waiting.Digits.Append(_text.WrittenSpan);
        }
        else
        {
            _waiting.Digits.AppendNull();
        }
    }

    /// <summary>The row's key as JSON, valid until the next; nothing where there is none.</summary>
    private ReadOnlySpan<byte> Key(ReadOnlySpan<byte> tuple)
    {
        if (_key.Length == 0)
        {
            return [];
        }

        _json.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_json, Readable);
        json.WriteStartObject();
        foreach (int index in _key)
        {
            ColumnPlan column = table.Columns[index];
            ReadOnlySpan<byte> wire = Field(tuple, index);
            _text.ResetWrittenCount();
            if (!WireText.TryWrite(column.Wire, wire, _text))
            {
                // Text in no known encoding.
                _text.ResetWrittenCount();
                _text.Write("\\x"u8);
                WireText.Hex(wire, _text);
            }

            json.WriteString(column.Source, _text.WrittenSpan);
        }

        json.WriteEndObject();
        json.Flush();
        return _json.WrittenSpan;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> tuple, int index)
    {
        var fields = new WireFields(tuple[sizeof(short)..]);
        ReadOnlySpan<byte> value = [];
        for (int i = 0; i <= index; i++)
        {
            if (!fields.TryNext(out value, out _))
            {
                throw new CopyFormatException(string.Create(CultureInfo.InvariantCulture, $"A tuple of {BinaryPrimitives.ReadInt16BigEndian(tuple)} fields has no field {index}."));
            }
        }

        return value;
    }

    private UnfitRowException TooLarge(ColumnPlan column, string reason) => new(
        $"{table.Source}, column {column.Source} ({column.SourceType}): a row of {Leaf} does not fit ({reason}), and it can't be set aside, since it has values that are too large to be held.",
        $"Use the policy string for {column.Source}, leave it out, correct the value in the source, or turn objects for large values off (--large-values 0): the row is then held in memory.");

    private UnfitRowException Refusal(ColumnPlan column, string reason) => new(
        string.Create(CultureInfo.InvariantCulture, $"{table.Source}, column {column.Source} ({column.SourceType}): a row of {Leaf} holds a value with no exact {column.TargetType}: {reason}."),
        column.Policy == TypePolicy.Fail
            ? "Its policy is fail; with the policy string the column becomes text, with quarantine the row is set aside."
            : "The policy string can't help here; use the policy quarantine for this column, or leave it out.");

    /// <summary>Rows on their way, by the columns of <see cref="QuarantineTable.Schema"/>.</summary>
    private sealed class Waiting
    {
        private static readonly Apache.Arrow.Schema Batch = new(
            [.. QuarantineTable.Schema.Fields.Select(f => new Field(f.Name, f.Name == QuarantineTable.Row ? Apache.Arrow.Types.BinaryType.Default : Apache.Arrow.Types.StringType.Default, !f.Required))], null);

        public StringArray.Builder Runs { get; } = new();
        public StringArray.Builder Tables { get; } = new();
        public StringArray.Builder Targets { get; } = new();
        public StringArray.Builder Leaves { get; } = new();
        public StringArray.Builder Keys { get; } = new();
        public StringArray.Builder Columns { get; } = new();
        public StringArray.Builder Reasons { get; } = new();
        public StringArray.Builder Texts { get; } = new();
        public StringArray.Builder Digits { get; } = new();
        public BinaryArray.Builder Tuples { get; } = new();
        public int Rows { get; set; }

        private IEnumerable<StringArray.Builder> Texting => [Runs, Tables, Targets, Leaves, Keys, Columns, Reasons, Texts, Digits];

        public RecordBatch? Take()
        {
            if (Rows == 0)
            {
                return null;
            }

            var batch = new RecordBatch(Batch, [.. Texting.Select(b => (IArrowArray)b.Build()), Tuples.Build()], Rows);
            foreach (StringArray.Builder builder in Texting)
            {
                builder.Clear();
            }

            Tuples.Clear();
            Rows = 0;
            return batch;
        }
    }
}
