using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Metadata;

/// <summary>What a reader can see of a table, and what updates make of it: it knows nothing of how the state is built.</summary>
internal sealed class TableModel
{
    public List<Schema> Schemas { get; private init; } = [new(0, [new(1, "id", true, PrimitiveType.Long)], [])];
    public int CurrentSchema { get; set; }

    /// <summary>The schema that this commit added last.</summary>
    public int? LastAdded { get; set; }

    public long Sequence { get; set; }
    public List<long> Snapshots { get; private init; } = [];
    public Dictionary<string, long> Refs { get; private init; } = [];
    public Dictionary<string, string> Properties { get; private init; } = [];

    /// <summary>The fields' ids and transforms of each partition spec and sort order, by its id.</summary>
    public List<string> Specs { get; private init; } = [""];

    public List<string> Orders { get; private init; } = [""];

    public int Spec { get; set; }

    public int Order { get; set; }

    /// <summary>The highest id a partition field has.</summary>
    public int LastPartition { get; set; } = 999;

    public TableModel Copy() => new()
    {
        Schemas = [.. Schemas],
        CurrentSchema = CurrentSchema,
        Sequence = Sequence,
        Snapshots = [.. Snapshots],
        Refs = new(Refs),
        Properties = new(Properties),
        Specs = [.. Specs],
        Orders = [.. Orders],
        Spec = Spec,
        Order = Order,
        LastPartition = LastPartition,
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
        Assert.Equal(Specs, table.PartitionSpecs.Select(s => string.Join(',', s.Fields.Select(f => $"{f.FieldId} {f.Transform}"))));
        Assert.Equal(Orders, table.SortOrders.Select(o => string.Join(',', o.Fields.Select(f => f.Transform))));
        Assert.Equal((Spec, Order, LastPartition), (table.DefaultSpecId, table.DefaultSortOrderId, table.LastPartitionId));
    }

    // One to four updates, and what they make of the model; null where one of them does not fit, so that none may take place.
    public static (List<Update> Updates, TableModel? After) Commit(Random random, TableModel before, long now)
    {
        var model = before.Copy();
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

    private static (Update Update, bool Fits) One(Random random, TableModel model, long now)
    {
        switch (random.Next(16))
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
            case 12:
                // The second makes it another, since its field has the next id.
                var transform = random.Next(3) == 0 ? "void" : $"bucket[{random.Next(2, 5)}]";
                var known = model.Specs.FindIndex(s => s == $"{model.LastPartition} {transform}");
                var field = known >= 0 && random.Next(2) == 0 ? model.LastPartition : model.LastPartition + 1;
                var spec = $"{field} {transform}";
                if (!model.Specs.Contains(spec))
                    model.Specs.Add(spec);
                model.LastPartition = field;
                return (new AddPartitionSpec(new(random.Next(9), [new(1, field, $"f{field} {transform}", transform)])), true);
            case 13:
                var specId = random.Next(model.Specs.Count + 1);
                model.Spec = specId;
                return (new SetDefaultSpec(specId), specId < model.Specs.Count);
            case 14:
                var sorting = $"truncate[{random.Next(1, 4)}]";
                if (!model.Orders.Contains(sorting))
                    model.Orders.Add(sorting);
                return (new AddSortOrder(new(random.Next(9), [new(1, sorting, "asc", "nulls-last")])), true);
            case 15:
                var order = random.Next(model.Orders.Count + 1);
                model.Order = order;
                return (new SetDefaultSortOrder(order), order < model.Orders.Count);
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
}
