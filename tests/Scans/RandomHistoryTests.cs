using System.Numerics;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Scans;

/// <summary>
/// Tables that lived: rows added, deleted by position and by equal values, columns added, renamed, dropped, moved and widened, in any order. What a scan
/// reads, now and as of each snapshot, is held against rows kept in memory, and where it can be against ClickHouse.
/// </summary>
public sealed class RandomHistoryTests(Readers readers)
{
    private const int Steps = 14;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_scan_reads_what_a_life_of_changes_left(int seed)
    {
        using var life = new Life(seed, equalityDeletes: true);
        for (var step = 0; step < Steps; step++)
        {
            await life.Step();
            Assert.Equal(Life.Expected(life.Table.Metadata.CurrentSchema, life.Rows), await life.Table.Scan(new() { BatchBytes = 2_000 }));
        }
        foreach (var (snapshot, rows) in life.Past)
        {
            var schema = life.Table.Metadata.SchemaOf(snapshot);
            Assert.Equal(Life.Expected(schema, rows), await life.Table.Scan(new() { SnapshotId = snapshot.SnapshotId }));
        }
        await EveryMatchIsInAPlannedFile(life);
    }

    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    [InlineData(104)]
    [InlineData(105)]
    [InlineData(106)]
    public async Task ClickHouse_reads_the_same(int seed)
    {
        using var life = new Life(seed, equalityDeletes: false);
        for (var step = 0; step < Steps; step++)
            await life.Step();
        var schema = life.Table.Metadata.CurrentSchema;
        Assert.Equal(Life.Expected(schema, life.Rows), await life.Table.Scan());
        Assert.Equal(Life.Expected(schema, life.Rows), (await ClickHouseText.Rows(readers, schema, life.Table.Path, Cancellation)).Order(StringComparer.Ordinal));
    }

    // The files that a scan with a condition leaves out hold no row that meets it, whatever the type of the column was when they were written.
    private static async Task EveryMatchIsInAPlannedFile(Life life)
    {
        var random = new Random(7);
        foreach (var field in life.Table.Metadata.CurrentSchema.Fields)
            foreach (var comparison in Enum.GetValues<Comparison>())
            {
                var sample = life.Rows.Select(row => row.Value(field)).OfType<object>().ToList();
                if (sample.Count == 0)
                    continue;
                var operand = sample[random.Next(sample.Count)];
                var where = new ColumnPredicate(field.Name, comparison, comparison is Comparison.IsNull or Comparison.IsNotNull ? null : operand);
                var planned = (await new TableScan(life.Table.IO, life.Table.Metadata, new() { Where = [where] }).Plan(Cancellation)).Select(t => t.File.FilePath).ToHashSet();
                foreach (var row in life.Rows.Where(row => Holds(where, row.Value(field))))
                    Assert.True(planned.Contains(row.File), $"{field.Name} {comparison} {operand}: {row.File} was left out.");
            }
    }

    private static bool Holds(ColumnPredicate where, object? value)
    {
        if (where.Comparison is Comparison.IsNull or Comparison.IsNotNull)
            return value is null == (where.Comparison == Comparison.IsNull);
        if (value is null)
            return false;
        if (value is float.NaN or double.NaN || where.Value is float.NaN or double.NaN)
            return true;
        var order = (value, where.Value) is (0f, 0f) or (0d, 0d) ? 0 : ValueOrder.Compare(value, where.Value!);
        return where.Comparison switch
        {
            Comparison.Equal => order == 0,
            Comparison.NotEqual => order != 0,
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        };
    }

    /// <summary>A row: its values by field id as they were written, and where.</summary>
    private sealed record Row(string File, long Position, long Number, IReadOnlyDictionary<int, object?> Values)
    {
        /// <summary>The value as the column has it now.</summary>
        public object? Value(NestedField field) => Values.TryGetValue(field.Id, out var value) && value is not null ? SingleValue.Widened(field.Type, value) : null;
    }

    private sealed class Life : IDisposable
    {
        private readonly Random _random;
        private readonly RandomRows _values;
        private readonly bool _equalityDeletes;

        public Life(int seed, bool equalityDeletes)
        {
            (_random, _values, _equalityDeletes) = (new Random(seed), new RandomRows(seed, columns: 1), equalityDeletes);
            Table = new LocalTable(new Schema(0, [new(1, "id", false, PrimitiveType.Int), NewColumn(2), NewColumn(3), NewColumn(4)], []));
        }

        public LocalTable Table { get; }
        public List<Row> Rows { get; private set; } = [];
        public List<(Snapshot Snapshot, IReadOnlyList<Row> Rows)> Past { get; } = [];

        public async Task Step()
        {
            switch (_random.Next(Rows.Count == 0 ? 3 : 10))
            {
                case 0 or 1 or 2:
                    await Commit([await Append(), .. _random.Next(3) == 0 ? [await Append()] : Array.Empty<DataFile>()]);
                    break;
                case 3 or 4:
                    await Commit([await DeletePositions()]);
                    break;
                case 5 when _equalityDeletes:
                    // Of rows added by the same commit none goes.
                    var deletes = await DeleteEqual();
                    await Commit(_random.Next(2) == 0 ? [deletes] : [deletes, await Append()]);
                    break;
                default:
                    await Evolve();
                    break;
            }
        }

        public static List<string> Expected(Schema schema, IEnumerable<Row> rows) =>
            [.. rows.Select(row => RowText.Of(schema, [.. schema.Fields.Select(row.Value).Select(AsRow)])).Order(StringComparer.Ordinal)];

        public void Dispose() => Table.Dispose();

        private async Task Commit(DataFile[] files)
        {
            var snapshot = await Table.Commit(files);
            Past.Add((snapshot, Rows));
        }

        private async Task<DataFile> Append()
        {
            var schema = Table.Metadata.CurrentSchema;
            object?[][] rows = [.. Enumerable.Range(0, _random.Next(1, 25)).Select(_ => schema.Fields.Select(Value).ToArray())];
            var file = await Table.DataFile(rows, rowGroupRows: _random.Next(3, 30));
            var number = Table.Metadata.LastSequenceNumber + 1;
            Rows = [.. Rows, .. rows.Select((row, i) => new Row(file.FilePath, i, number, schema.Fields.Select((f, c) => (f.Id, Value: AsSingle(f.Type, row[c]))).ToDictionary(v => v.Id, v => v.Value)))];
            return file;
        }

        private async Task<DataFile> DeletePositions()
        {
            var gone = Rows.Where(_ => _random.Next(4) == 0).DefaultIfEmpty(Rows[0]).ToList();
            Rows = [.. Rows.Except(gone)];
            // Rows that are gone already may be deleted again.
            var again = Past.Count > 0 ? Past[_random.Next(Past.Count)].Rows.Take(2) : [];
            return await Table.PositionDeletes(gone.Concat(again.Except(Rows)).Select(row => (row.File, row.Position)).Distinct());
        }

        private async Task<DataFile> DeleteEqual()
        {
            var schema = Table.Metadata.CurrentSchema;
            NestedField[] keys = [.. schema.Fields.OrderBy(_ => _random.Next()).Take(_random.Next(1, 3))];
            object?[][] values = [.. Rows.OrderBy(_ => _random.Next()).Take(_random.Next(1, 4)).Select(row => keys.Select(row.Value).ToArray())];
            string Key(IEnumerable<object?> key) => RowText.Of(new Schema(0, keys, []), [.. key.Select(AsRow)]);
            var gone = values.Select(Key).ToHashSet();
            Rows = [.. Rows.Where(row => !gone.Contains(Key(keys.Select(row.Value))))];
            return await Table.EqualityDeletes([.. keys.Select(k => k.Id)], [.. values.Select(key => key.Select(AsRow).ToArray())]);
        }

        private async Task Evolve()
        {
            var schema = Table.Metadata.CurrentSchema;
            var fields = schema.Fields.ToList();
            var at = _random.Next(fields.Count);
            switch (_random.Next(5))
            {
                case 0:
                    // Its name may be one that a dropped column had: it is another column all the same.
                    var id = Table.Metadata.LastColumnId + 1;
                    fields.Insert(at, NewColumn(id) with { Name = fields.Exists(f => f.Name == "reused") ? $"c{id}" : "reused" });
                    break;
                case 1:
                    fields[at] = fields[at] with { Name = $"renamed {Table.Metadata.Schemas.Count}" };
                    break;
                case 2 when fields.Count > 2:
                    fields.RemoveAt(at);
                    break;
                case 3:
                    (fields[0], fields[at]) = (fields[at], fields[0]);
                    break;
                default:
                    fields[at] = fields[at] with { Type = Wider(fields[at].Type) };
                    break;
            }
            await Table.Evolve(new Schema(Table.Metadata.Schemas.Max(s => s.SchemaId) + 1, fields, []));
        }

        private NestedField NewColumn(int id) => new(id, $"c{id}", false, _random.Next(10) switch
        {
            0 or 1 => PrimitiveType.Int,
            2 or 3 => PrimitiveType.Float,
            4 => new DecimalType(_random.Next(1, 12), 1),
            5 => PrimitiveType.String,
            6 => PrimitiveType.Binary,
            7 => PrimitiveType.Date,
            8 => PrimitiveType.Uuid,
            _ => PrimitiveType.TimestampTz,
        });

        private static IcebergType Wider(IcebergType type) => type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Int } => PrimitiveType.Long,
            PrimitiveType { Kind: PrimitiveKind.Float } => PrimitiveType.Double,
            DecimalType d => d with { Precision = Math.Min(38, d.Precision + 9) },
            _ => type,
        };

        // Few different values, so that equal ones are met.
        private object? Value(NestedField field) => field.Type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Int } when _random.Next(4) > 0 => _random.Next(5),
            PrimitiveType { Kind: PrimitiveKind.Long } when _random.Next(4) > 0 => (long)_random.Next(5),
            DecimalType when _random.Next(4) > 0 => new BigInteger(_random.Next(-4, 5)),
            PrimitiveType { Kind: PrimitiveKind.String } when _random.Next(4) > 0 => $"common beginning of text {_random.Next(4)}",
            _ => _values.Value(field),
        };

        private static object? AsSingle(IcebergType type, object? value) =>
            type is PrimitiveType { Kind: PrimitiveKind.Uuid } && value is byte[] bytes ? new Guid(bytes, bigEndian: true) : value;

        private static object? AsRow(object? value) => value is Guid uuid ? uuid.ToByteArray(bigEndian: true) : value;
    }
}
