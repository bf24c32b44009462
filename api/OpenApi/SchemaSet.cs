using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Mammoth.Api.Json;

namespace Mammoth.Api.OpenApi;

/// <summary>The schemas of the types that the document names, as the serializer itself sees them.</summary>
internal sealed class SchemaSet
{
    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true };

    private readonly SortedDictionary<string, JsonNode> _schemas = new(StringComparer.Ordinal);

    /// <summary>A reference to a type's schema, which is made with the first.</summary>
    public string Reference(Type type)
    {
        string name = type.Name;
        if (!_schemas.ContainsKey(name))
        {
            _schemas[name] = WithinDocument(ApiJson.Options.GetJsonSchemaAsNode(type, Options), $"#/components/schemas/{name}");
        }

        return $"#/components/schemas/{name}";
    }

    public JsonObject ToJson() => new(_schemas.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value)));

    /// <summary>The exporter's references start at the type's own schema, which is not the document's root here.</summary>
    private static JsonNode WithinDocument(JsonNode node, string root)
    {
        switch (node)
        {
            case JsonObject found:
                foreach ((string key, JsonNode? value) in found.ToArray())
                {
                    if (key == "$ref" && value is JsonValue reference && reference.GetValue<string>() is ['#', .. var rest])
                    {
                        found[key] = $"{root}{rest}";
                    }
                    else if (value is not null)
                    {
                        WithinDocument(value, root);
                    }
                }

                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                {
                    if (item is not null)
                    {
                        WithinDocument(item, root);
                    }
                }

                break;
            default:
                break;
        }

        return node;
    }
}
