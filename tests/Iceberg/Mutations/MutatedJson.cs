using System.Text.Json.Nodes;

namespace Mammoth.Tests.Iceberg.Mutations;

/// <summary>A JSON document with one place changed.</summary>
/// <param name="Path">The members and indexes on the way to the place.</param>
/// <param name="Json">The whole changed document.</param>
internal sealed record MutatedJson(IReadOnlyList<string> Path, string Kind, string Json)
{
    private static readonly (string Kind, string Json)[] Kinds =
    [
        ("null", "null"), ("bool", "true"), ("fraction", "1.5"), ("huge", "1e300"), ("above 64 bits", "18446744073709551616"), ("text", "\"text\""),
        ("number as text", "\"1\""), ("list", "[]"), ("object", "{}"), ("list of null", "[null]"), ("lone surrogate", "\"no-text\""),
    ];

    /// <summary>The innermost member that the place is, or is in.</summary>
    public string Member => Path.Last(part => !int.TryParse(part, out _));

    public bool IsBelow(params string[] members) => members.Any(member => Path.SkipLast(1).Contains(member));

    public override string ToString() => $"{string.Join('/', Path)} as {Kind}";

    /// <summary>The document with each of its values in turn replaced by one of every kind that it is not.</summary>
    public static IEnumerable<MutatedJson> WrongKinds(string json)
    {
        foreach (var path in Paths(JsonNode.Parse(json)!, []))
            foreach (var (kind, value) in Kinds)
            {
                var root = JsonNode.Parse(json)!;
                if (At(root, path)?.ToJsonString() is { } before && before == value)
                    continue;
                Replace(root, path, JsonNode.Parse(value));
                // Half a surrogate pair is JSON, but no text.
                yield return new(path, kind, root.ToJsonString().Replace("\"no-text\"", "\"\\ud800\"", StringComparison.Ordinal));
            }
    }

    /// <summary>The document with each of its members in turn left out.</summary>
    public static IEnumerable<MutatedJson> Without(string json)
    {
        foreach (var path in Paths(JsonNode.Parse(json)!, []))
        {
            var root = JsonNode.Parse(json)!;
            if (At(root, path.SkipLast(1)) is not JsonObject parent)
                continue;
            parent.Remove(path[^1]);
            yield return new(path, "missing", root.ToJsonString());
        }
    }

    /// <summary>The document with a member nobody knows in each of its objects in turn.</summary>
    public static IEnumerable<MutatedJson> WithUnknown(string json)
    {
        foreach (var path in Paths(JsonNode.Parse(json)!, []).Prepend([]))
        {
            var root = JsonNode.Parse(json)!;
            if (At(root, path) is not JsonObject target)
                continue;
            target["added-in-version-9"] = JsonNode.Parse("""{"a":[1,{"b":null}]}""");
            yield return new([.. path, "added-in-version-9"], "unknown", root.ToJsonString());
        }
    }

    private static IEnumerable<List<string>> Paths(JsonNode node, List<string> at)
    {
        var children = node switch
        {
            JsonObject o => o.Select(p => (p.Key, p.Value)),
            JsonArray a => a.Select((v, i) => (Key: $"{i}", Value: v)),
            _ => [],
        };
        foreach (var (key, value) in children)
        {
            List<string> path = [.. at, key];
            yield return path;
            if (value is not null)
                foreach (var nested in Paths(value, path))
                    yield return nested;
        }
    }

    private static JsonNode? At(JsonNode root, IEnumerable<string> path) =>
        path.Aggregate((JsonNode?)root, (node, part) => node is JsonArray array ? array[int.Parse(part, null)] : node![part]);

    private static void Replace(JsonNode root, List<string> path, JsonNode? value)
    {
        if (At(root, path.SkipLast(1)) is JsonArray array)
            array[int.Parse(path[^1], null)] = value;
        else
            At(root, path.SkipLast(1))![path[^1]] = value;
    }
}
