using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mammoth.Iceberg.Schemas;

/// <summary>Schemas as JSON (Iceberg spec, Appendix C). Members this version does not know are ignored when reading.</summary>
public static class SchemaJson
{
    /// <summary>The schema as the <c>iceberg.schema</c> of Avro and Parquet headers, and in table metadata.</summary>
    public static string ToJson(Schema schema) => ToNode(schema).ToJsonString(JsonText.Compact);

    /// <exception cref="FormatException">The text is no Iceberg schema.</exception>
    public static Schema Parse(string json)
    {
        using var document = JsonText.Parse(json, "schema");
        return JsonText.Checked("schema", () => Read(document.RootElement));
    }

    public static JsonObject ToNode(Schema schema)
    {
        var node = new JsonObject { ["type"] = "struct", ["schema-id"] = schema.SchemaId };
        if (schema.IdentifierFieldIds.Count > 0)
            node["identifier-field-ids"] = new JsonArray([.. schema.IdentifierFieldIds.Select(id => JsonValue.Create(id))]);
        node["fields"] = Fields(schema.Fields);
        return node;
    }

    public static Schema Read(JsonElement json) => Checked(new(
        json.Int("schema-id") ?? 0,
        json.Text("type") is null or "struct" ? ReadFields(json) : throw new FormatException($"The 'type' of a schema is '{json.Text("type")}', not 'struct'."),
        [.. json.Items("identifier-field-ids").Select(id => id.AsInt("identifier-field-ids"))]));

    // Columns are found by their ids: with one twice, values of one column would be read as another's.
    private static Schema Checked(Schema schema)
    {
        var ids = new HashSet<int>();
        return schema.AllFields().FirstOrDefault(f => !ids.Add(f.Field.Id)) is { Path: { } twice, Field.Id: var id }
            ? throw new FormatException($"The schema gives the field id {id} twice, the second time to '{twice}'.")
            : schema;
    }

    private static JsonArray Fields(IReadOnlyList<NestedField> fields)
    {
        var array = new JsonArray();
        foreach (var field in fields)
        {
            var node = new JsonObject
            {
                ["id"] = field.Id,
                ["name"] = field.Name,
                ["required"] = field.Required,
                ["type"] = TypeNode(field.Type),
            };
            if (field.Doc is { } doc)
                node["doc"] = doc;
            if (field.InitialDefault is { } initial)
                node["initial-default"] = JsonNode.Parse(initial, documentOptions: JsonText.Deep);
            if (field.WriteDefault is { } write)
                node["write-default"] = JsonNode.Parse(write, documentOptions: JsonText.Deep);
            array.Add(node);
        }
        return array;
    }

    private static JsonNode TypeNode(IcebergType type) => type switch
    {
        StructType s => new JsonObject { ["type"] = "struct", ["fields"] = Fields(s.Fields) },
        ListType l => new JsonObject
        {
            ["type"] = "list",
            ["element-id"] = l.ElementId,
            ["element"] = TypeNode(l.Element),
            ["element-required"] = l.ElementRequired,
        },
        MapType m => new JsonObject
        {
            ["type"] = "map",
            ["key-id"] = m.KeyId,
            ["key"] = TypeNode(m.Key),
            ["value-id"] = m.ValueId,
            ["value"] = TypeNode(m.Value),
            ["value-required"] = m.ValueRequired,
        },
        _ => JsonValue.Create(TypeName.Of(type)),
    };

    private static List<NestedField> ReadFields(JsonElement parent) => [.. parent.RequiredItems("fields").Select(ReadField)];

    private static NestedField ReadField(JsonElement json) => new(
        json.RequiredInt("id"),
        json.RequiredText("name"),
        json.RequiredBool("required"),
        ReadType(json.Member("type")),
        json.Text("doc"))
    {
        InitialDefault = Default(json, "initial-default"),
        WriteDefault = Default(json, "write-default"),
    };

    private static string? Default(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        // Half a surrogate pair is JSON but no text, and could not be written again: it is refused here.
        return value.ValueKind == JsonValueKind.String ? JsonSerializer.Serialize(value.GetString(), JsonText.Compact) : value.GetRawText();
    }

    private static IcebergType ReadType(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            return TypeName.Parse(json.GetString()!);
        return json.RequiredText("type") switch
        {
            "struct" => new StructType(ReadFields(json)),
            "list" => new ListType(json.RequiredInt("element-id"), ReadType(json.Member("element")), json.RequiredBool("element-required")),
            "map" => new MapType(
                json.RequiredInt("key-id"),
                ReadType(json.Member("key")),
                json.RequiredInt("value-id"),
                ReadType(json.Member("value")),
                json.RequiredBool("value-required")),
            { } name => TypeName.Parse(name),
            null => throw new FormatException("A type in the schema has no name."),
        };
    }
}
