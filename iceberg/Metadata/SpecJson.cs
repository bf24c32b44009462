using System.Text.Json;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Metadata;

/// <summary>Partition specs and sort orders as JSON (Iceberg spec, Appendix C).</summary>
public static class SpecJson
{
    /// <summary>The fields alone, as the <c>partition-spec</c> of a manifest's header.</summary>
    public static string FieldsToJson(PartitionSpec spec) => Fields(spec).ToJsonString(JsonText.Compact);

    /// <summary>Reads the fields of a spec as a manifest's header has them.</summary>
    /// <exception cref="FormatException">They are no partition fields.</exception>
    public static PartitionSpec ParseFields(int specId, string json)
    {
        using var document = JsonText.Parse(json, "partition spec");
        return JsonText.Checked("partition spec", () => new PartitionSpec(specId, ReadFields(document.RootElement)));
    }

    internal static JsonObject ToNode(PartitionSpec spec) => new() { ["spec-id"] = spec.SpecId, ["fields"] = Fields(spec) };

    internal static PartitionSpec ReadSpec(JsonElement json) => new(json.RequiredInt("spec-id"), ReadFields(json.Member("fields")));

    internal static JsonObject ToNode(SortOrder order) => new()
    {
        ["order-id"] = order.OrderId,
        ["fields"] = new JsonArray([.. order.Fields.Select(f => new JsonObject
        {
            ["transform"] = f.Transform,
            ["source-id"] = f.SourceId,
            ["direction"] = f.Direction,
            ["null-order"] = f.NullOrder,
        })]),
    };

    internal static SortOrder ReadOrder(JsonElement json) => new(
        json.RequiredInt("order-id"),
        [.. json.RequiredItems("fields").Select(f => new SortField(
            SourceOf(f),
            f.RequiredText("transform"),
            f.RequiredText("direction"),
            f.RequiredText("null-order")))]);

    // Version 1 may leave field ids out: they are then given out in order.
    internal static List<PartitionField> ReadFields(JsonElement fields) => [.. fields.AsItems("fields").Select((f, i) => new PartitionField(
        SourceOf(f),
        f.Int("field-id") ?? PartitionSpec.LastIdBeforeFirst + 1 + i,
        f.RequiredText("name"),
        f.RequiredText("transform")))];

    private static JsonArray Fields(PartitionSpec spec) => new([.. spec.Fields.Select(f => new JsonObject
    {
        ["name"] = f.Name,
        ["transform"] = f.Transform,
        ["source-id"] = f.SourceId,
        ["field-id"] = f.FieldId,
    })]);

    // Version 3 writes source-ids for transforms of several columns.
    private static int SourceOf(JsonElement field) =>
        field.Items("source-ids").Select(id => id.AsInt("source-ids")).Cast<int?>().FirstOrDefault() ?? field.RequiredInt("source-id");
}
