using System.Text.Json;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Metadata;

/// <summary>Snapshots and references as JSON (Iceberg spec, Appendix C), in the member order of the reference implementation.</summary>
internal static class SnapshotJson
{
    public static JsonObject ToNode(Snapshot snapshot)
    {
        var node = new JsonObject();
        if (snapshot.SequenceNumber > 0)
            node["sequence-number"] = snapshot.SequenceNumber;
        node["snapshot-id"] = snapshot.SnapshotId;
        if (snapshot.ParentSnapshotId is { } parent)
            node["parent-snapshot-id"] = parent;
        node["timestamp-ms"] = snapshot.TimestampMs;
        node["summary"] = new JsonObject([.. snapshot.Summary.Select(s => KeyValuePair.Create<string, JsonNode?>(s.Key, s.Value))]);
        if (snapshot.ManifestList.Length > 0)
            node["manifest-list"] = snapshot.ManifestList;
        else
            node["manifests"] = new JsonArray([.. snapshot.Manifests.Select(m => JsonValue.Create(m))]);
        if (snapshot.SchemaId is { } schema)
            node["schema-id"] = schema;
        if (snapshot.FirstRowId is { } first)
            node["first-row-id"] = first;
        if (snapshot.AddedRows is { } added)
            node["added-rows"] = added;
        return node;
    }

    public static Snapshot Read(JsonElement json) => new()
    {
        SnapshotId = json.RequiredLong("snapshot-id"),
        ParentSnapshotId = json.Long("parent-snapshot-id"),
        SequenceNumber = json.Long("sequence-number") ?? 0,
        TimestampMs = json.RequiredLong("timestamp-ms"),
        ManifestList = json.Text("manifest-list") ?? "",
        Manifests = [.. json.Items("manifests").Select(m => m.AsText("manifests"))],
        // Version 1 may have none.
        Summary = Texts(json, "summary"),
        SchemaId = json.Int("schema-id"),
        FirstRowId = json.Long("first-row-id"),
        AddedRows = json.Long("added-rows"),
    };

    public static JsonObject ToNode(SnapshotRef reference)
    {
        var node = new JsonObject { ["snapshot-id"] = reference.SnapshotId, ["type"] = reference.Type };
        if (reference.MinSnapshotsToKeep is { } keep)
            node["min-snapshots-to-keep"] = keep;
        if (reference.MaxSnapshotAgeMs is { } age)
            node["max-snapshot-age-ms"] = age;
        if (reference.MaxRefAgeMs is { } refAge)
            node["max-ref-age-ms"] = refAge;
        return node;
    }

    public static SnapshotRef ReadRef(JsonElement json) => new(json.RequiredLong("snapshot-id"), json.Text("type") ?? SnapshotRef.BranchType)
    {
        MinSnapshotsToKeep = json.Int("min-snapshots-to-keep"),
        MaxSnapshotAgeMs = json.Long("max-snapshot-age-ms"),
        MaxRefAgeMs = json.Long("max-ref-age-ms"),
    };

    /// <summary>A member whose members are texts; none where it is missing or null. Other values are taken as they are spelled.</summary>
    public static Dictionary<string, string> Texts(JsonElement json, string name) =>
        json.Members(name).ToDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : p.Value.GetRawText());
}
