using System.Text.Json;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Scans;

/// <summary>
/// The field ids of files that have none, by column name (Iceberg spec, "Column Projection", property <c>schema.name-mapping.default</c>).
/// </summary>
public sealed class NameMapping
{
    public const string Property = "schema.name-mapping.default";

    private readonly Dictionary<string, (int? Id, NameMapping Nested)> _names = [];

    /// <summary>A table's mapping, or null where it has none.</summary>
    /// <exception cref="FormatException">The property is no name mapping.</exception>
    public static NameMapping? Of(TableMetadata metadata) =>
        metadata.Properties.TryGetValue(Property, out var json) ? Parse(json) : null;

    /// <exception cref="FormatException">The text is no name mapping.</exception>
    public static NameMapping Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, JsonText.Deep);
            return Read(document.RootElement.AsItems("the mapping"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new FormatException($"The table property {Property} is no name mapping: {e.Message}", e);
        }
    }

    /// <summary>The field id of a column, or null; a list's element is named <c>element</c>, a map's parts <c>key</c> and <c>value</c>.</summary>
    public int? IdOf(string name) => _names.TryGetValue(name, out var found) ? found.Id : null;

    /// <summary>The mapping below a column, or null.</summary>
    public NameMapping? Below(string name) => _names.TryGetValue(name, out var found) ? found.Nested : null;

    /// <summary>The property's text for a schema: each field under its name.</summary>
    public static string ToJson(Schema schema) => Write(schema.Fields).ToJsonString(JsonText.Compact);

    private static JsonArray Write(IReadOnlyList<NestedField> fields)
    {
        var array = new JsonArray();
        foreach (var field in fields)
        {
            var entry = new JsonObject { ["field-id"] = field.Id, ["names"] = new JsonArray(field.Name) };
            if (field.Type.Children() is { Count: > 0 } children)
                entry["fields"] = Write(children);
            array.Add((JsonNode)entry);
        }
        return array;
    }

    private static NameMapping Read(IEnumerable<JsonElement> fields)
    {
        var mapping = new NameMapping();
        foreach (var field in fields)
        {
            var id = field.Int("field-id");
            var nested = Read(field.Items("fields"));
            foreach (var name in field.RequiredItems("names"))
                mapping._names.Add(name.AsText("names"), (id, nested));
        }
        return mapping;
    }
}
