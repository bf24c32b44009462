using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Metadata;

/// <summary>
/// Random updates, right and wrong ones mixed, against a model that keeps only what a reader can see: it knows nothing of how the state is built.
/// </summary>
public sealed class RandomChangesTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_table_is_what_its_updates_say(int seed)
    {
        var random = new Random(seed);
        var model = new Model();
        var now = 1_000_000L;
        var table = MetadataChanges.Apply(null, MetadataChanges.CreateTable(Guid.NewGuid(), "file:///t", model.Schemas[0]), null, At(now));
        for (var commit = 0; commit < 60; commit++)
        {
            now += random.Next(3) == 0 ? -random.Next(5_000) : random.Next(10_000);
            var (updates, wanted) = Commit(random, model.Copy(), now);
            var before = TableMetadataJsonTests.Text(table);
            if (wanted is null)
            {
                Assert.Throws<InvalidUpdateException>(() => MetadataChanges.Apply(table, updates, $"v{commit}", At(now)));
                Assert.Equal(before, TableMetadataJsonTests.Text(table));
                continue;
            }
            var next = MetadataChanges.Apply(table, updates, $"v{commit}", At(now));
            // The state before is as it was: others may be building on it.
            Assert.Equal(before, TableMetadataJsonTests.Text(table));
            (model, table) = (wanted, next);
            model.Judge(table);
            AllHolds(table, commit);
        }
    }

    private static DateTimeOffset At(long now) => DateTimeOffset.FromUnixTimeMilliseconds(now);

    // What the specification demands of any table's metadata.
    private static void AllHolds(TableMetadata table, int commits)
    {
        Assert.Equal(table.Schemas.Count, table.Schemas.Select(s => s.SchemaId).Distinct().Count());
        Assert.Contains(table.Schemas, s => s.SchemaId == table.CurrentSchemaId);
        Assert.True(table.LastColumnId >= table.Schemas.Max(s => s.HighestId()));
        Assert.Equal(table.Snapshots.Count, table.Snapshots.Select(s => s.SnapshotId).Distinct().Count());
        Assert.True(table.LastSequenceNumber >= table.Snapshots.Select(s => s.SequenceNumber).DefaultIfEmpty(0).Max());
        Assert.All(table.Refs.Values, r => Assert.NotNull(table.FindSnapshot(r.SnapshotId)));
        Assert.Equal(table.CurrentSnapshotId, table.Refs.TryGetValue("main", out var main) ? main.SnapshotId : null);
        Assert.Equal(table.SnapshotLog.Select(e => e.TimestampMs).Order(), table.SnapshotLog.Select(e => e.TimestampMs));
        Assert.All(table.SnapshotLog, e => Assert.NotNull(table.FindSnapshot(e.SnapshotId)));
        if (table.CurrentSnapshotId is { } current)
            Assert.Equal(current, table.SnapshotLog[^1].SnapshotId);
        Assert.True(table.LastUpdatedMs >= table.SnapshotLog.Select(e => e.TimestampMs).DefaultIfEmpty(0).Max());
        Assert.Equal(table.MetadataLog.Select(e => e.TimestampMs).Order(), table.MetadataLog.Select(e => e.TimestampMs));
        Assert.InRange(table.MetadataLog.Count, 1, commits + 1);
        Assert.Equal(TableMetadataJsonTests.Text(table), TableMetadataJsonTests.Text(TableMetadataJsonTests.Read(TableMetadataJsonTests.Text(table))));
    }

    // One to four updates, and what they make of the model; null where one of them does not fit, so that none may take place.
    private static (List<Update> Updates, Model? After) Commit(Random random, Model model, long now)
    {
        var updates = new List<Update>();
        var fits = true;
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var (update, ok) = One(random, model, now);
            updates.Add(update);
            fits &= ok;
            if (!ok)
                break;
        }
        return (updates, fits ? model : null);
    }

    private static (Update Update, bool Fits) One(Random random, Model model, long now)
    {
        switch (random.Next(12))
        {
            case 0:
                var schema = new Schema(random.Next(9), [new(1, "id", true, PrimitiveType.Long), new(random.Next(2, 9), "x", false, PrimitiveType.Int)], []);
                if (!model.Schemas.Exists(schema.SameAs))
                    model.Schemas.Add(schema);
                model.LastAdded = model.Schemas.FindIndex(schema.SameAs);
                return (new AddSchema(schema), true);
            case 1:
                var id = random.Next(3) == 0 ? Update.LastAdded : random.Next(model.Schemas.Count + 1);
                var chosen = id == Update.LastAdded ? model.LastAdded : id;
                if (chosen is { } there && there < model.Schemas.Count)
                    model.CurrentSchema = there;
                return (new SetCurrentSchema(id), chosen is { } wanted && wanted < model.Schemas.Count);
            case 2:
                var name = $"p{random.Next(3)}";
                model.Properties[name] = $"{now}";
                return (new SetProperties(new Dictionary<string, string> { [name] = $"{now}" }), true);
            case 3:
                model.Properties.Remove("p1");
                return (new RemoveProperties(["p1", "never"]), true);
            case 4:
                var gone = model.Snapshots.Where(_ => random.Next(3) == 0).Append(random.NextInt64(1, 5)).ToList();
                foreach (var reference in model.Refs.Where(r => gone.Contains(r.Value)).ToList())
                    model.Refs.Remove(reference.Key);
                model.Snapshots.RemoveAll(gone.Contains);
                return (new RemoveSnapshots(gone), true);
            case 5:
                model.Refs.Remove("t1");
                return (new RemoveSnapshotRef("t1"), true);
            case 6 when random.Next(4) == 0:
                model.Refs.Remove("main");
                return (new RemoveSnapshotRef("main"), true);
            case 7:
                var target = model.Snapshots.Count > 0 && random.Next(4) > 0 ? model.Snapshots[random.Next(model.Snapshots.Count)] : 424242;
                var (tag, isTag) = random.Next(3) switch { 0 => ("main", random.Next(5) == 0), 1 => ("t1", true), _ => ("branch", false) };
                var fits = model.Snapshots.Contains(target) && !(tag == "main" && isTag);
                if (fits)
                    model.Refs[tag] = target;
                return (new SetSnapshotRef(tag, isTag ? SnapshotRef.Tag(target) : SnapshotRef.Branch(target)), fits);
            case 8 when model.Snapshots.Count > 0:
                // A snapshot that was built on an earlier state than this one.
                return (new AddSnapshot(NewSnapshot(model.Sequence, model.Snapshots[^1], now)), false);
            default:
                model.Sequence += random.Next(1, 3);
                var snapshot = NewSnapshot(model.Sequence, model.Refs.TryGetValue("main", out var parent) ? parent : null, now + random.Next(-2_000, 2_000));
                model.Snapshots.Add(snapshot.SnapshotId);
                return (new AddSnapshot(snapshot), true);
        }
    }

    private static Snapshot NewSnapshot(long sequence, long? parent, long time) => new()
    {
        SnapshotId = Snapshot.NewId(),
        ParentSnapshotId = parent,
        SequenceNumber = sequence,
        TimestampMs = time,
        ManifestList = "file:///t/l.avro",
        Summary = new Dictionary<string, string> { ["operation"] = "append" },
    };

    private sealed class Model
    {
        public List<Schema> Schemas { get; private init; } = [new(0, [new(1, "id", true, PrimitiveType.Long)], [])];
        public int CurrentSchema { get; set; }

        /// <summary>The schema that this commit added last.</summary>
        public int? LastAdded { get; set; }

        public long Sequence { get; set; }
        public List<long> Snapshots { get; private init; } = [];
        public Dictionary<string, long> Refs { get; private init; } = [];
        public Dictionary<string, string> Properties { get; private init; } = [];

        public Model Copy() => new()
        {
            Schemas = [.. Schemas],
            CurrentSchema = CurrentSchema,
            Sequence = Sequence,
            Snapshots = [.. Snapshots],
            Refs = new(Refs),
            Properties = new(Properties),
        };

        public void Judge(TableMetadata table)
        {
            Assert.Equal(Schemas.Select(s => s.Fields), table.Schemas.Select(s => s.Fields));
            Assert.Equal(Enumerable.Range(0, Schemas.Count), table.Schemas.Select(s => s.SchemaId));
            Assert.Equal(Schemas.Max(s => s.HighestId()), table.LastColumnId);
            Assert.Equal(CurrentSchema, table.CurrentSchemaId);
            Assert.Equal(Sequence, table.LastSequenceNumber);
            Assert.Equal(Snapshots, table.Snapshots.Select(s => s.SnapshotId));
            Assert.Equal(Refs.OrderBy(r => r.Key), table.Refs.Select(r => KeyValuePair.Create(r.Key, r.Value.SnapshotId)).OrderBy(r => r.Key));
            Assert.Equal(Properties.OrderBy(p => p.Key), table.Properties.OrderBy(p => p.Key));
        }
    }
}
