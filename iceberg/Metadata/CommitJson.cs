using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Metadata;

/// <summary>Requirements and updates in the JSON of Iceberg's REST catalog protocol.</summary>
public static class CommitJson
{
    public static JsonObject ToNode(Requirement requirement) => requirement switch
    {
        AssertCreate => new() { ["type"] = "assert-create" },
        AssertTableUuid r => new() { ["type"] = "assert-table-uuid", ["uuid"] = r.Uuid.ToString() },
        AssertRefSnapshotId r => new() { ["type"] = "assert-ref-snapshot-id", ["ref"] = r.Ref, ["snapshot-id"] = r.SnapshotId },
        AssertLastAssignedFieldId r => new() { ["type"] = "assert-last-assigned-field-id", ["last-assigned-field-id"] = r.LastAssignedFieldId },
        AssertCurrentSchemaId r => new() { ["type"] = "assert-current-schema-id", ["current-schema-id"] = r.CurrentSchemaId },
        AssertLastAssignedPartitionId r => new() { ["type"] = "assert-last-assigned-partition-id", ["last-assigned-partition-id"] = r.LastAssignedPartitionId },
        AssertDefaultSpecId r => new() { ["type"] = "assert-default-spec-id", ["default-spec-id"] = r.DefaultSpecId },
        AssertDefaultSortOrderId r => new() { ["type"] = "assert-default-sort-order-id", ["default-sort-order-id"] = r.DefaultSortOrderId },
        _ => throw new ArgumentException($"{requirement.GetType().Name} has no JSON form.", nameof(requirement)),
    };

    /// <exception cref="FormatException">The JSON is no requirement this program knows: it must not be taken as met.</exception>
    public static Requirement ReadRequirement(JsonElement json) => JsonText.Checked("requirement", () => (Requirement)(json.Text("type") switch
    {
        "assert-create" => new AssertCreate(),
        "assert-table-uuid" => new AssertTableUuid(Guid.Parse(json.Member("uuid").GetString()!)),
        "assert-ref-snapshot-id" => new AssertRefSnapshotId(json.Member("ref").GetString()!, json.Long("snapshot-id")),
        "assert-last-assigned-field-id" => new AssertLastAssignedFieldId(json.Member("last-assigned-field-id").GetInt32()),
        "assert-current-schema-id" => new AssertCurrentSchemaId(json.Member("current-schema-id").GetInt32()),
        "assert-last-assigned-partition-id" => new AssertLastAssignedPartitionId(json.Member("last-assigned-partition-id").GetInt32()),
        "assert-default-spec-id" => new AssertDefaultSpecId(json.Member("default-spec-id").GetInt32()),
        "assert-default-sort-order-id" => new AssertDefaultSortOrderId(json.Member("default-sort-order-id").GetInt32()),
        var other => throw new FormatException($"The requirement '{other}' is not known."),
    }));

    public static JsonObject ToNode(Update update)
    {
        switch (update)
        {
            case AssignUuid u:
                return Action("assign-uuid", ("uuid", u.Uuid.ToString()));
            case UpgradeFormatVersion u:
                return Action("upgrade-format-version", ("format-version", u.FormatVersion));
            case AddSchema u:
                return Action("add-schema", ("schema", SchemaJson.ToNode(u.Schema)));
            case SetCurrentSchema u:
                return Action("set-current-schema", ("schema-id", u.SchemaId));
            case AddPartitionSpec u:
                return Action("add-spec", ("spec", SpecJson.ToNode(u.Spec)));
            case SetDefaultSpec u:
                return Action("set-default-spec", ("spec-id", u.SpecId));
            case AddSortOrder u:
                return Action("add-sort-order", ("sort-order", SpecJson.ToNode(u.SortOrder)));
            case SetDefaultSortOrder u:
                return Action("set-default-sort-order", ("sort-order-id", u.SortOrderId));
            case AddSnapshot u:
                return Action("add-snapshot", ("snapshot", SnapshotJson.ToNode(u.Snapshot)));
            case SetSnapshotRef u:
                var node = Action("set-snapshot-ref", ("ref-name", u.RefName));
                foreach (var (name, value) in SnapshotJson.ToNode(u.Reference).ToList())
                    node[name] = value?.DeepClone();
                return node;
            case RemoveSnapshotRef u:
                return Action("remove-snapshot-ref", ("ref-name", u.RefName));
            case RemoveSnapshots u:
                return Action("remove-snapshots", ("snapshot-ids", new JsonArray([.. u.SnapshotIds.Select(id => JsonValue.Create(id))])));
            case SetLocation u:
                return Action("set-location", ("location", u.Location));
            case SetProperties u:
                return Action("set-properties", ("updates", new JsonObject([.. u.Updates.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, p.Value))])));
            case RemoveProperties u:
                return Action("remove-properties", ("removals", new JsonArray([.. u.Removals.Select(r => JsonValue.Create(r))])));
            default:
                throw new ArgumentException($"{update.GetType().Name} has no JSON form.", nameof(update));
        }
    }

    /// <exception cref="FormatException">The JSON is no update this program knows: it must not be left out.</exception>
    public static Update ReadUpdate(JsonElement json) => JsonText.Checked("update", () => (Update)(json.Text("action") switch
    {
        "assign-uuid" => new AssignUuid(Guid.Parse(json.Member("uuid").GetString()!)),
        "upgrade-format-version" => new UpgradeFormatVersion(json.Member("format-version").GetInt32()),
        "add-schema" => new AddSchema(SchemaJson.Read(json.Member("schema"))),
        "set-current-schema" => new SetCurrentSchema(json.Member("schema-id").GetInt32()),
        "add-spec" => new AddPartitionSpec(SpecJson.ReadSpec(json.Member("spec"))),
        "set-default-spec" => new SetDefaultSpec(json.Member("spec-id").GetInt32()),
        "add-sort-order" => new AddSortOrder(SpecJson.ReadOrder(json.Member("sort-order"))),
        "set-default-sort-order" => new SetDefaultSortOrder(json.Member("sort-order-id").GetInt32()),
        "add-snapshot" => new AddSnapshot(SnapshotJson.Read(json.Member("snapshot"))),
        "set-snapshot-ref" => new SetSnapshotRef(json.Member("ref-name").GetString()!, SnapshotJson.ReadRef(json)),
        "remove-snapshot-ref" => new RemoveSnapshotRef(json.Member("ref-name").GetString()!),
        "remove-snapshots" => new RemoveSnapshots([.. json.Member("snapshot-ids").EnumerateArray().Select(id => id.GetInt64())]),
        "set-location" => new SetLocation(json.Member("location").GetString()!),
        "set-properties" => new SetProperties(SnapshotJson.Texts(json.Member("updates"))),
        "remove-properties" => new RemoveProperties([.. json.Member("removals").EnumerateArray().Select(r => r.GetString()!)]),
        var other => throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"The update '{other}' is not known.")),
    }));

    private static JsonObject Action(string name, params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var node = new JsonObject { ["action"] = name };
        foreach (var (member, value) in members)
            node[member] = value;
        return node;
    }
}
