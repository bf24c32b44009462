using System.Text.Json;

namespace Mammoth.Tests.Types.Values;

internal static class DocumentCases
{
    public static IEnumerable<TypeCase> All()
    {
        yield return new("json", "json", "string", r => Json(r, 3, spaced: true));
        yield return new("jsonb", "jsonb", "string", r => Json(r, 3, spaced: false));
        yield return new("jsonpath", "jsonpath", "string", JsonPath);
        yield return new("xml", "xml", "string", r => r.OneIn(4) ? $"<?xml version=\"1.0\"?>{Element(r, 2)}" : Content(r, 3));
        yield return new("tsvector", "tsvector", "string", r => r.Joined(" ", 0, 5, () => $"{Lexeme(r)}{Positions(r)}"));
        yield return new("tsquery", "tsquery", "string", r => Query(r, 3));
    }

    private static string Json(Random random, int depth, bool spaced)
    {
        string Space() => spaced ? random.Pick("", "", " ", "\n\t") : "";
        return Space() + random.Next(depth > 0 ? 7 : 5) switch
        {
            0 => random.Pick("true", "false", "null"),
            1 => random.Pick("0", "-0", "-0.0", "1e400", "1E-30", "123456789012345678901234567890.12345678901234567890", "2.50"),
            2 => random.Whole(long.MinValue, long.MaxValue).Text(),
            3 => random.Pick("\"\\ud83d\\udc18\"", "\"\\u00e9\\/\\b\"", "\"\""),
            4 => JsonSerializer.Serialize(random.Text(10)),
            5 => $"[{random.Joined(",", 0, 3, () => Json(random, depth - 1, spaced))}{Space()}]",
            _ => $"{{{random.Joined(",", 0, 3, () => $"{Space()}{JsonSerializer.Serialize(random.Text(3))}{Space()}:{Json(random, depth - 1, spaced)}")}}}",
        } + Space();
    }

    private static string JsonPath(Random random) => random.Pick("", "strict ", "lax ") + "$" + random.Joined("", 0, 4, () => random.Pick(
        $".{random.Pick("a", "b_1", "\"odd key\"", "\"é\\\"\"")}", ".*", "[*]", $"[{random.Next(9)}]", "[0 to last]", ".**{1 to 3}", " ? (@ > 1 && exists (@.x))",
        " ? (@ like_regex \"^a\" flag \"i\")", ".type()", ".size()"));

    private static string Content(Random random, int depth) => random.Joined("", 0, 3, () => depth > 0 && random.OneIn(2) ? Element(random, depth - 1) : random.Pick(
        "text", " ", "é🐘", "&amp;&lt;", "<![CDATA[<x> & ]]>", "<!-- a remark -->", "<?target do it?>", "\n\t"));

    private static string Element(Random random, int depth)
    {
        string name = random.Pick("a", "b-c", "ns:d");
        string attribute = random.Pick("", "", " x='1'", " x=\"it's &quot;\"") + (name.StartsWith("ns", StringComparison.Ordinal) ? " xmlns:ns=\"urn:n\"" : "");
        return random.OneIn(4) ? $"<{name}{attribute}/>" : $"<{name}{attribute}>{Content(random, depth)}</{name}>";
    }

    private static string Lexeme(Random random) =>
        $"'{random.Pick(random.Word(), random.Word(), "it''s", "back\\\\slash", "two words", "日本", "a:b")}'";

    private static string Positions(Random random) =>
        random.OneIn(2) ? "" : $":{random.Joined(",", 1, 3, () => $"{random.Next(1, 16_384)}{random.Pick("", "A", "B", "C")}")}";

    private static string Query(Random random, int depth) => random.Next(depth > 0 ? 5 : 2) switch
    {
        0 or 1 => Lexeme(random) + random.Pick("", "", ":A", ":*", ":AB*"),
        2 => $"!({Query(random, depth - 1)})",
        3 => $"({Query(random, depth - 1)}) {random.Pick("&", "|")} ({Query(random, depth - 1)})",
        _ => $"({Query(random, depth - 1)}) <{random.Pick("-", "2", "16384")}> ({Query(random, depth - 1)})",
    };
}
