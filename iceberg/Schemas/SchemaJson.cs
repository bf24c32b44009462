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

    public static Schema Read(JsonElement json) => new(
        json.TryGetProperty("schema-id", out var id) ? id.GetInt32() : 0,
        ReadFields(json),
        json.TryGetProperty("identifier-field-ids", out var ids) && ids.ValueKind == JsonValueKind.Array
            ? [.. ids.EnumerateArray().Select(x => x.GetInt32())]
            : []);

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
                node["initial-default"] = JsonNode.Parse(initial);
            if (field.WriteDefault is { } write)
                node["write-default"] = JsonNode.Parse(write);
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

    private static List<NestedField> ReadFields(JsonElement parent) => [.. parent.Member("fields").EnumerateArray().Select(ReadField)];

    private static NestedField ReadField(JsonElement json) => new(
        json.Member("id").GetInt32(),
        json.Member("name").GetString()!,
        json.Member("required").GetBoolean(),
        ReadType(json.Member("type")),
        json.Text("doc"))
    {
        InitialDefault = Default(json, "initial-default"),
        WriteDefault = Default(json, "write-default"),
    };

    private static string? Default(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetRawText() : null;

    private static IcebergType ReadType(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            return TypeName.Parse(json.GetString()!);
        return json.Member("type").GetString() switch
        {
            "struct" => new StructType(ReadFields(json)),
            "list" => new ListType(json.Member("element-id").GetInt32(), ReadType(json.Member("element")), json.Member("element-required").GetBoolean()),
            "map" => new MapType(
                json.Member("key-id").GetInt32(),
                ReadType(json.Member("key")),
                json.Member("value-id").GetInt32(),
                ReadType(json.Member("value")),
                json.Member("value-required").GetBoolean()),
            { } name => TypeName.Parse(name),
            null => throw new FormatException("A type in the schema has no name."),
        };
    }
}
