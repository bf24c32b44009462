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
        "assert-table-uuid" => new AssertTableUuid(json.RequiredGuid("uuid")),
        "assert-ref-snapshot-id" => new AssertRefSnapshotId(json.RequiredText("ref"), json.Long("snapshot-id")),
        "assert-last-assigned-field-id" => new AssertLastAssignedFieldId(json.RequiredInt("last-assigned-field-id")),
        "assert-current-schema-id" => new AssertCurrentSchemaId(json.RequiredInt("current-schema-id")),
        "assert-last-assigned-partition-id" => new AssertLastAssignedPartitionId(json.RequiredInt("last-assigned-partition-id")),
        "assert-default-spec-id" => new AssertDefaultSpecId(json.RequiredInt("default-spec-id")),
        "assert-default-sort-order-id" => new AssertDefaultSortOrderId(json.RequiredInt("default-sort-order-id")),
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
        "assign-uuid" => new AssignUuid(json.RequiredGuid("uuid")),
        "upgrade-format-version" => new UpgradeFormatVersion(json.RequiredInt("format-version")),
        "add-schema" => new AddSchema(SchemaJson.Read(json.Member("schema"))),
        "set-current-schema" => new SetCurrentSchema(json.RequiredInt("schema-id")),
        "add-spec" => new AddPartitionSpec(SpecJson.ReadSpec(json.Member("spec"))),
        "set-default-spec" => new SetDefaultSpec(json.RequiredInt("spec-id")),
        "add-sort-order" => new AddSortOrder(SpecJson.ReadOrder(json.Member("sort-order"))),
        "set-default-sort-order" => new SetDefaultSortOrder(json.RequiredInt("sort-order-id")),
        "add-snapshot" => new AddSnapshot(SnapshotJson.Read(json.Member("snapshot"))),
        "set-snapshot-ref" => new SetSnapshotRef(json.RequiredText("ref-name"), SnapshotJson.ReadRef(json)),
        "remove-snapshot-ref" => new RemoveSnapshotRef(json.RequiredText("ref-name")),
        "remove-snapshots" => new RemoveSnapshots([.. json.RequiredItems("snapshot-ids").Select(id => id.AsLong("snapshot-ids"))]),
        "set-location" => new SetLocation(json.RequiredText("location")),
        "set-properties" => new SetProperties(SnapshotJson.Texts(json, "updates")),
        "remove-properties" => new RemoveProperties([.. json.RequiredItems("removals").Select(r => r.AsText("removals"))]),
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
