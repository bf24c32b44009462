using System.Text.Json;
using System.Text.RegularExpressions;

namespace Mammoth.Tests.Configuration;

/// <summary>The part of JSON Schema that docs/mammoth.schema.json uses. Another keyword is an error here, so that none goes unchecked.</summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly HashSet<string> Remarks = ["$schema", "$defs", "title", "description", "default"];

    public bool Accepts(JsonElement value) => Accepts(root, value);

    private bool Accepts(JsonElement schema, JsonElement value) => schema.EnumerateObject().All(keyword => Remarks.Contains(keyword.Name) || Accepts(schema, keyword, value));

    private bool Accepts(JsonElement schema, JsonProperty keyword, JsonElement value) => keyword.Name switch
    {
        "type" => keyword.Value.GetString() is var type && (type == Type(value) || (type == "integer" && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _))),
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= keyword.Value.GetDouble(),
        "enum" => keyword.Value.EnumerateArray().Any(e => JsonElement.DeepEquals(e, value)),
        "$ref" => Accepts(Resolve(keyword.Value.GetString()!), value),
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!.Replace("$", "\\z", StringComparison.Ordinal)),
        "items" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().All(item => Accepts(keyword.Value, item)),
        "properties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(p => !keyword.Value.TryGetProperty(p.Name, out JsonElement of) || Accepts(of, p.Value)),
        "additionalProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Where(p => !Declares(schema, p.Name)).All(p => keyword.Value.ValueKind switch
        {
            JsonValueKind.False => false,
            JsonValueKind.True => true,
            _ => Accepts(keyword.Value, p.Value),
        }),
        _ => throw new NotSupportedException($"This judge does not know the keyword {keyword.Name}."),
    };

    private static bool Declares(JsonElement schema, string name) => schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(name, out _);

    private JsonElement Resolve(string reference) => reference.Split('/').Skip(1).Aggregate(root, (at, part) => at.GetProperty(part));

    private static string Type(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
