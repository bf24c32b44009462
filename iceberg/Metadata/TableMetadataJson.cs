using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Metadata;

/// <summary>
/// Table metadata files (Iceberg spec, Appendix C, "Table Metadata and Snapshots"). Versions 1, 2 and 3 are read; 2 and 3 are written,
/// in the member order of the reference implementation. Members this version does not know are ignored.
/// </summary>
public static class TableMetadataJson
{
    private const int HighestKnownVersion = 3;

    /// <exception cref="NotSupportedException">The metadata is of format version 1, which is upgraded before it is written.</exception>
    public static byte[] Write(TableMetadata table)
    {
        if (table.FormatVersion is < 2 or > HighestKnownVersion)
            throw new NotSupportedException($"Metadata of format version {table.FormatVersion} can't be written; upgrade the table to version 2.");
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = JsonText.Compact.Encoder }))
            ToNode(table).WriteTo(writer);
        return buffer.ToArray();
    }

    /// <exception cref="FormatException">The bytes are no table metadata, or of a version this program does not know.</exception>
    public static TableMetadata Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonText.Parse(utf8, "table metadata");
        return JsonText.Checked("table metadata", () => Read(document.RootElement));
    }

    private static JsonObject ToNode(TableMetadata table)
    {
        var node = new JsonObject
        {
            ["format-version"] = table.FormatVersion,
            ["table-uuid"] = table.TableUuid.ToString(),
            ["location"] = table.Location,
            ["last-sequence-number"] = table.LastSequenceNumber,
            ["last-updated-ms"] = table.LastUpdatedMs,
            ["last-column-id"] = table.LastColumnId,
            ["current-schema-id"] = table.CurrentSchemaId,
            ["schemas"] = Array(table.Schemas, SchemaJson.ToNode),
            ["default-spec-id"] = table.DefaultSpecId,
            ["partition-specs"] = Array(table.PartitionSpecs, SpecJson.ToNode),
            ["last-partition-id"] = table.LastPartitionId,
            ["default-sort-order-id"] = table.DefaultSortOrderId,
            ["sort-orders"] = Array(table.SortOrders, SpecJson.ToNode),
            ["properties"] = new JsonObject([.. table.Properties.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, p.Value))]),
            // The reference writes -1 for "none" before version 3, and null since.
            ["current-snapshot-id"] = table.CurrentSnapshotId ?? (table.FormatVersion < 3 ? -1 : null),
        };
        if (table.FormatVersion >= 3)
            node["next-row-id"] = table.NextRowId;
        node["refs"] = new JsonObject([.. table.Refs.Select(r => KeyValuePair.Create<string, JsonNode?>(r.Key, SnapshotJson.ToNode(r.Value)))]);
        node["snapshots"] = Array(table.Snapshots, SnapshotJson.ToNode);
        node["statistics"] = Array(table.Statistics, s => JsonNode.Parse(s, documentOptions: JsonText.Deep)!);
        node["partition-statistics"] = Array(table.PartitionStatistics, s => JsonNode.Parse(s, documentOptions: JsonText.Deep)!);
        node["snapshot-log"] = Array(table.SnapshotLog, e => new JsonObject { ["timestamp-ms"] = e.TimestampMs, ["snapshot-id"] = e.SnapshotId });
        node["metadata-log"] = Array(table.MetadataLog, e => new JsonObject { ["timestamp-ms"] = e.TimestampMs, ["metadata-file"] = e.MetadataFile });
        return node;
    }

    private static TableMetadata Read(JsonElement json)
    {
        var version = json.RequiredInt("format-version");
        if (version is < 1 or > HighestKnownVersion)
            throw new FormatException($"The table has format version {version}; this program reads versions 1 to {HighestKnownVersion}.");
        var schemas = Schemas(json, version);
        var specs = Specs(json, version);
        var current = json.Long("current-snapshot-id");
        var table = new TableMetadata
        {
            FormatVersion = version,
            TableUuid = version == 1 && json.Text("table-uuid") is null ? Guid.Empty : json.RequiredGuid("table-uuid"),
            Location = json.RequiredText("location").TrimEnd('/'),
            LastSequenceNumber = version == 1 ? 0 : json.RequiredLong("last-sequence-number"),
            LastUpdatedMs = json.RequiredLong("last-updated-ms"),
            LastColumnId = json.RequiredInt("last-column-id"),
            Schemas = schemas,
            CurrentSchemaId = json.Int("current-schema-id") ?? schemas[0].SchemaId,
            PartitionSpecs = specs,
            DefaultSpecId = json.Int("default-spec-id") ?? specs[0].SpecId,
            LastPartitionId = json.Int("last-partition-id")
                ?? specs.SelectMany(s => s.Fields).Select(f => f.FieldId).DefaultIfEmpty(PartitionSpec.LastIdBeforeFirst).Max(),
            SortOrders = Items(json, "sort-orders", SpecJson.ReadOrder) is { Count: > 0 } orders ? orders : [SortOrder.Unsorted],
            DefaultSortOrderId = json.Int("default-sort-order-id") ?? 0,
            Properties = SnapshotJson.Texts(json, "properties"),
            CurrentSnapshotId = current is -1 ? null : current,
            Snapshots = Items(json, "snapshots", SnapshotJson.Read),
            SnapshotLog = Items(json, "snapshot-log", e => new SnapshotLogEntry(e.RequiredLong("timestamp-ms"), e.RequiredLong("snapshot-id"))),
            MetadataLog = Items(json, "metadata-log", e => new MetadataLogEntry(e.RequiredLong("timestamp-ms"), e.RequiredText("metadata-file"))),
            Refs = Refs(json, current),
            Statistics = Items(json, "statistics", e => e.GetRawText()),
            PartitionStatistics = Items(json, "partition-statistics", e => e.GetRawText()),
            NextRowId = json.Long("next-row-id") ?? 0,
        };
        return Checked(table);
    }

    // What the rest of the program relies on; a file that breaks it would fail much later, and less clearly.
    private static TableMetadata Checked(TableMetadata table)
    {
        if (table.Schemas.All(s => s.SchemaId != table.CurrentSchemaId))
            throw new FormatException($"The table's current schema {table.CurrentSchemaId} is not among its schemas.");
        if (table.PartitionSpecs.All(s => s.SpecId != table.DefaultSpecId))
            throw new FormatException($"The table's default partition spec {table.DefaultSpecId} is not among its specs.");
        if (table.CurrentSnapshotId is { } current && table.FindSnapshot(current) is null)
            throw new FormatException($"The table's current snapshot {current} is not among its snapshots.");
        if (table.Refs.FirstOrDefault(r => table.FindSnapshot(r.Value.SnapshotId) is null) is { Key: { } dangling })
            throw new FormatException($"The table's reference '{dangling}' names snapshot {table.Refs[dangling].SnapshotId}, which is not among its snapshots.");
        if (table.Refs.TryGetValue(SnapshotRef.MainBranch, out var main) && main.SnapshotId != table.CurrentSnapshotId)
            throw new FormatException($"The table's main branch is at snapshot {main.SnapshotId}, but its current snapshot is {table.CurrentSnapshotId?.ToString(CultureInfo.InvariantCulture) ?? "none"}.");
        return table;
    }

    private static List<Schema> Schemas(JsonElement json, int version) =>
        Items(json, "schemas", SchemaJson.Read) is { Count: > 0 } schemas
            ? schemas
            : version == 1 ? [SchemaJson.Read(json.Member("schema"))] : throw new FormatException("'schemas' is missing or empty.");

    private static List<PartitionSpec> Specs(JsonElement json, int version) =>
        Items(json, "partition-specs", SpecJson.ReadSpec) is { Count: > 0 } specs
            ? specs
            : version == 1 ? [new(0, SpecJson.ReadFields(json.Member("partition-spec")))] : throw new FormatException("'partition-specs' is missing or empty.");

    // Version 1, and writers before references existed, have only a current snapshot: that is the main branch.
    private static Dictionary<string, SnapshotRef> Refs(JsonElement json, long? current)
    {
        var refs = json.Members("refs").ToDictionary(r => r.Name, r => SnapshotJson.ReadRef(r.Value));
        if (current is { } id and not -1)
            refs.TryAdd(SnapshotRef.MainBranch, SnapshotRef.Branch(id));
        return refs;
    }

    private static List<T> Items<T>(JsonElement json, string name, Func<JsonElement, T> read) =>
        [.. json.Items(name).Select(read)];

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode> toNode) => new([.. items.Select(toNode)]);
}
