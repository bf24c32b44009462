using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Metadata;

/// <summary>A table's next state while its updates are applied, with the rules each update has to keep.</summary>
internal sealed class MetadataBuilding(TableMetadata? before)
{
    private TableMetadata _table = before ?? new TableMetadata { TableUuid = Guid.Empty, Location = "" };
    private int? _addedSchema;
    private int? _addedSpec;
    private int? _addedOrder;

    public void Apply(Update update) => _table = update switch
    {
        AssignUuid u => Assign(u.Uuid),
        UpgradeFormatVersion u => Upgrade(u.FormatVersion),
        AddSchema u => Add(u.Schema),
        SetCurrentSchema u => SetSchema(u.SchemaId),
        AddPartitionSpec u => Add(u.Spec),
        SetDefaultSpec u => SetSpec(u.SpecId),
        AddSortOrder u => Add(u.SortOrder),
        SetDefaultSortOrder u => SetOrder(u.SortOrderId),
        AddSnapshot u => Add(u.Snapshot),
        SetSnapshotRef u => SetRef(u.RefName, u.Reference),
        RemoveSnapshotRef u => RemoveRefs(name => name == u.RefName),
        RemoveSnapshots u => Remove([.. u.SnapshotIds]),
        SetLocation u => _table with { Location = u.Location.TrimEnd('/') },
        SetProperties u => _table with { Properties = With(_table.Properties, u.Updates) },
        RemoveProperties u => _table with { Properties = _table.Properties.Where(p => !u.Removals.Contains(p.Key)).ToDictionary() },
        _ => throw new InvalidUpdateException($"{update.GetType().Name} can't be applied."),
    };

    public TableMetadata Build(long now)
    {
        if (_table.TableUuid == Guid.Empty || _table.Location.Length == 0 || _table.Schemas.Count == 0 || _table.PartitionSpecs.Count == 0)
            throw new InvalidUpdateException("A new table needs a uuid, a location, a schema and a partition spec.");
        if (_table.SortOrders.Count == 0)
            _table = _table with { SortOrders = [SortOrder.Unsorted] };
        // Of several moves of the main branch in one commit only the last was ever visible: one entry.
        if (_table.CurrentSnapshot is { } current && current.SnapshotId != before?.CurrentSnapshotId)
        {
            // Going back to an earlier snapshot happens now; a new one happened when it was made.
            var isNew = before?.FindSnapshot(current.SnapshotId) is null;
            var logged = _table.SnapshotLog.Count > 0 ? _table.SnapshotLog[^1].TimestampMs : long.MinValue;
            var moved = Math.Max(isNew ? current.TimestampMs : now, logged);
            _table = _table with { SnapshotLog = [.. _table.SnapshotLog, new(moved, current.SnapshotId)] };
        }
        var lastLogged = _table.SnapshotLog.Count > 0 ? _table.SnapshotLog[^1].TimestampMs : 0;
        return _table with { LastUpdatedMs = Math.Max(Math.Max(now, lastLogged), _table.LastUpdatedMs) };
    }

    private TableMetadata Assign(Guid uuid) => _table.TableUuid == Guid.Empty || _table.TableUuid == uuid
        ? _table with { TableUuid = uuid }
        : throw new InvalidUpdateException($"The table has uuid {_table.TableUuid}, which never changes.");

    private TableMetadata Upgrade(int version)
    {
        if (version is < 2 or > 3)
            throw new InvalidUpdateException($"Format version {version} can't be written; use 2.");
        if (before is not null && version < _table.FormatVersion)
            throw new InvalidUpdateException($"The table has format version {_table.FormatVersion} and can't go back to {version}.");
        return _table with { FormatVersion = version };
    }

    private TableMetadata Add(Schema schema)
    {
        var duplicate = schema.AllFields().GroupBy(f => f.Field.Id).FirstOrDefault(g => g.Count() > 1);
        if (duplicate is not null)
            throw new InvalidUpdateException($"Two columns of the schema have the field id {duplicate.Key}: {string.Join(", ", duplicate.Select(f => f.Path))}.");
        var same = _table.Schemas.FirstOrDefault(schema.SameAs);
        _addedSchema = same?.SchemaId ?? (_table.Schemas.Count == 0 ? 0 : _table.Schemas.Max(s => s.SchemaId) + 1);
        return same is not null ? _table : _table with
        {
            Schemas = [.. _table.Schemas, schema with { SchemaId = _addedSchema.Value }],
            LastColumnId = Math.Max(_table.LastColumnId, schema.HighestId()),
        };
    }

    private TableMetadata SetSchema(int id)
    {
        var chosen = Chosen(id, _addedSchema, "schema");
        return _table.Schemas.Any(s => s.SchemaId == chosen)
            ? _table with { CurrentSchemaId = chosen }
            : throw new InvalidUpdateException($"The table has no schema {chosen}.");
    }

    private TableMetadata Add(PartitionSpec spec)
    {
        var same = _table.PartitionSpecs.FirstOrDefault(s => s.Fields.SequenceEqual(spec.Fields));
        _addedSpec = same?.SpecId ?? (_table.PartitionSpecs.Count == 0 ? 0 : _table.PartitionSpecs.Max(s => s.SpecId) + 1);
        return same is not null ? _table : _table with
        {
            PartitionSpecs = [.. _table.PartitionSpecs, spec with { SpecId = _addedSpec.Value }],
            LastPartitionId = spec.Fields.Select(f => f.FieldId).Append(_table.LastPartitionId).Max(),
        };
    }

    private TableMetadata SetSpec(int id)
    {
        var chosen = Chosen(id, _addedSpec, "partition spec");
        return _table.PartitionSpecs.Any(s => s.SpecId == chosen)
            ? _table with { DefaultSpecId = chosen }
            : throw new InvalidUpdateException($"The table has no partition spec {chosen}.");
    }

    private TableMetadata Add(SortOrder order)
    {
        var same = _table.SortOrders.FirstOrDefault(o => o.Fields.SequenceEqual(order.Fields));
        // 0 is reserved for "unsorted".
        _addedOrder = same?.OrderId ?? (order.Fields.Count == 0 ? 0 : _table.SortOrders.Select(o => o.OrderId).DefaultIfEmpty(0).Max() + 1);
        return same is not null ? _table : _table with { SortOrders = [.. _table.SortOrders, order with { OrderId = _addedOrder.Value }] };
    }

    private TableMetadata SetOrder(int id)
    {
        var chosen = Chosen(id, _addedOrder, "sort order");
        return _table.SortOrders.Any(o => o.OrderId == chosen)
            ? _table with { DefaultSortOrderId = chosen }
            : throw new InvalidUpdateException($"The table has no sort order {chosen}.");
    }

    private TableMetadata Add(Snapshot snapshot)
    {
        if (_table.FindSnapshot(snapshot.SnapshotId) is not null)
            throw new InvalidUpdateException($"The table already has a snapshot {snapshot.SnapshotId}.");
        if (_table.FormatVersion > 1 && snapshot.ParentSnapshotId is not null && snapshot.SequenceNumber <= _table.LastSequenceNumber)
            throw new InvalidUpdateException($"The snapshot's sequence number {snapshot.SequenceNumber} is not above the table's {_table.LastSequenceNumber}.");
        if (snapshot.Operation.Length == 0)
            throw new InvalidUpdateException("The snapshot's summary has no operation.");
        if (_table.FormatVersion > 2 && (snapshot.FirstRowId is not { } first || snapshot.AddedRows is null || first < _table.NextRowId))
            throw new InvalidUpdateException($"A snapshot of format version 3 needs a first row id of {_table.NextRowId} or above and the number of rows it adds.");
        return _table with
        {
            Snapshots = [.. _table.Snapshots, snapshot],
            LastSequenceNumber = Math.Max(_table.LastSequenceNumber, snapshot.SequenceNumber),
            NextRowId = _table.FormatVersion > 2 ? snapshot.FirstRowId!.Value + snapshot.AddedRows!.Value : _table.NextRowId,
        };
    }

    private TableMetadata SetRef(string name, SnapshotRef reference)
    {
        if (_table.FindSnapshot(reference.SnapshotId) is null)
            throw new InvalidUpdateException($"'{name}' can't name snapshot {reference.SnapshotId}: the table has no such snapshot.");
        if (name == SnapshotRef.MainBranch && reference.Type != SnapshotRef.BranchType)
            throw new InvalidUpdateException("'main' is a branch and can't become a tag.");
        var refs = new Dictionary<string, SnapshotRef>(_table.Refs) { [name] = reference };
        return _table with { Refs = refs, CurrentSnapshotId = name == SnapshotRef.MainBranch ? reference.SnapshotId : _table.CurrentSnapshotId };
    }

    private TableMetadata RemoveRefs(Func<string, bool> removed) => _table with
    {
        Refs = _table.Refs.Where(r => !removed(r.Key)).ToDictionary(),
        CurrentSnapshotId = removed(SnapshotRef.MainBranch) ? null : _table.CurrentSnapshotId,
    };

    private TableMetadata Remove(HashSet<long> ids)
    {
        _table = RemoveRefs(name => _table.Refs.TryGetValue(name, out var reference) && ids.Contains(reference.SnapshotId));
        // Before a snapshot that is gone, nobody can say what was current: the log starts after it.
        var log = _table.SnapshotLog.ToList();
        return _table with
        {
            Snapshots = [.. _table.Snapshots.Where(s => !ids.Contains(s.SnapshotId))],
            SnapshotLog = log[(log.FindLastIndex(entry => ids.Contains(entry.SnapshotId)) + 1)..],
        };
    }

    private static int Chosen(int id, int? added, string what) => id != Update.LastAdded
        ? id
        : added ?? throw new InvalidUpdateException($"The commit sets the last added {what} but adds none.");

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> properties, IReadOnlyDictionary<string, string> updates)
    {
        var all = new Dictionary<string, string>(properties);
        foreach (var (key, value) in updates)
            all[key] = value;
        return all;
    }
}
