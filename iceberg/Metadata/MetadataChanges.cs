namespace Mammoth.Iceberg.Metadata;

/// <summary>Applying updates to table metadata: a pure function from one state to the next.</summary>
public static class MetadataChanges
{
    private const string PreviousVersionsProperty = "write.metadata.previous-versions-max";
    private const int PreviousVersionsDefault = 100;

    /// <summary>The state after the updates, in their order.</summary>
    /// <param name="current">The state before; null: the table is made.</param>
    /// <param name="currentFile">The metadata file of the state before, for the metadata log; null where there is none.</param>
    /// <param name="now">When the change is made.</param>
    /// <exception cref="InvalidUpdateException">An update does not fit.</exception>
    public static TableMetadata Apply(TableMetadata? current, IEnumerable<Update> updates, string? currentFile, DateTimeOffset now)
    {
        var building = new MetadataBuilding(current);
        foreach (var update in updates)
            building.Apply(update);
        var next = building.Build(now.ToUnixTimeMilliseconds());
        return current is null || currentFile is null
            ? next
            : next with { MetadataLog = Shortened([.. next.MetadataLog, new(current.LastUpdatedMs, currentFile)], next) };
    }

    /// <summary>What a new table needs before its first snapshot: uuid, location, schema, partition spec (null: unpartitioned), no order, and properties.</summary>
    public static IReadOnlyList<Update> CreateTable(Guid uuid, string location, Schemas.Schema schema, IReadOnlyDictionary<string, string>? properties = null, PartitionSpec? spec = null) =>
    [
        new AssignUuid(uuid),
        new UpgradeFormatVersion(2),
        new SetLocation(location.TrimEnd('/')),
        new AddSchema(schema),
        new SetCurrentSchema(Update.LastAdded),
        new AddPartitionSpec(spec ?? PartitionSpec.Unpartitioned),
        new SetDefaultSpec(Update.LastAdded),
        new AddSortOrder(SortOrder.Unsorted),
        new SetDefaultSortOrder(Update.LastAdded),
        .. properties is { Count: > 0 } ? new Update[] { new SetProperties(properties) } : [],
    ];

    private static List<MetadataLogEntry> Shortened(List<MetadataLogEntry> log, TableMetadata table)
    {
        var most = table.Properties.TryGetValue(PreviousVersionsProperty, out var text) && int.TryParse(text, out var number)
            ? Math.Max(1, number)
            : PreviousVersionsDefault;
        return log.Count <= most ? log : log[^most..];
    }
}
