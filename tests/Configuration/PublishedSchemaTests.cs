using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mammoth.Migration.Configuration;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;

namespace Mammoth.Tests.Configuration;

/// <summary>docs/mammoth.schema.json, by which editors judge a configuration, and the parser take and refuse the same.</summary>
public sealed class PublishedSchemaTests : IDisposable
{
    private static readonly string[] Texts = ["", "*", "public.a", "shop.o?ders", "a.b.c", "hash", "null", "constant:", "constant:x", "constant:\n", "string", "fail", "quarantine", "0", "100", "0.5%", "100%", "101%", "99.9999999%", "1e3", "-1", " 5", "5\n", "String", "HASH", "hash ", "hash\n", "constant", "Constant:x", "🦣", "it's", "\"", "$ref", "id = 1"];

    private static readonly JsonSchema Schema = new(JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "mammoth.schema.json"))).RootElement);

    private readonly string path = Path.Combine(Path.GetTempPath(), $"mammoth-config-{Guid.NewGuid():N}.json");

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    public void Dispose() => File.Delete(path);

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Both_take_every_valid_configuration(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 60; i++)
        {
            JsonObject valid = Valid(random);
            Assert.True(Schema.Accepts(Element(valid)), valid.ToJsonString());
            Assert.Null(await RefusalAsync(valid.ToJsonString()));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Both_refuse_the_same_mistakes(int seed)
    {
        Random random = new(seed * 7919);
        int refused = 0;
        int taken = 0;
        for (int i = 0; i < 250; i++)
        {
            JsonNode mistaken = Mistaken(Valid(random), random);
            string json = mistaken.ToJsonString();
            bool accepted = Schema.Accepts(Element(mistaken));
            string? refusal = await RefusalAsync(json);
            Assert.True(accepted == (refusal is null), $"The schema {(accepted ? "takes" : "refuses")} it, the parser says {refusal ?? "nothing"}: {json}");
            _ = accepted ? taken++ : refused++;
        }

        Assert.True(refused > 100, $"{refused} refused");
        Assert.True(taken > 5, $"{taken} taken");
    }

    /// <summary>What is taken is used: each setting arrives where it was put.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_is_valid_arrives_unchanged(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 30; i++)
        {
            JsonObject valid = Valid(random);
            await File.WriteAllTextAsync(path, valid.ToJsonString(), TestContext.Current.CancellationToken);
            MigrationOptions options = await ConfigurationFile.Read(path, new MigrationOptions(), TestContext.Current.CancellationToken);

            Assert.Equal(valid["maxCopySize"]?.GetValue<long>() ?? new MigrationOptions().MaxCopySize, options.MaxCopySize);
            Assert.Equal(valid["sizes"]?["largeRows"]?.GetValue<long>() ?? new SizeLimits().LargeRows, options.Sizes.LargeRows);
            Assert.Equal(valid["sizes"]?["mediumBytes"]?.GetValue<long>() ?? new SizeLimits().MediumBytes, options.Sizes.MediumBytes);
            Assert.Equal(valid["maxErrors"]?.GetValue<string>(), options.MaxErrors);
            JsonObject tables = valid["tables"]?.AsObject() ?? [];
            Assert.Equal(tables.Select(t => t.Key), options.Tables.Keys);
            foreach ((string name, JsonNode? table) in tables)
            {
                TableSettings settings = options.Tables[name];
                Assert.Equal(table!["omit"]?.AsArray().Select(o => o!.GetValue<string>()) ?? [], settings.Omit);
                Assert.Equal(table["filter"]?.GetValue<string>(), settings.Filter);
                Assert.Equal(table["mask"]?.AsObject().Select(m => (m.Key, m.Value!.GetValue<string>())) ?? [], settings.Mask.Select(m => (m.Key, m.Value)));
                Assert.Equal(table["maxErrors"]?.GetValue<string>(), settings.MaxErrors);
                Assert.Equal(table["policy"]?.GetValue<string>(), settings.Policy?.ToString().ToLowerInvariant());
                Assert.Equal(table["policies"]?.AsObject().Select(p => (p.Key, p.Value!.GetValue<string>())) ?? [], settings.Policies.Select(p => (p.Key, p.Value.ToString().ToLowerInvariant())));
            }
        }
    }

    [Theory]
    [InlineData("""{ "tables": { "public.a": { "omit": null } } }""", "$.tables['public.a'].omit")]
    [InlineData("""{ "tables": { "public.a": { "omit": ["x", null] } } }""", "$.tables['public.a'].omit[1]")]
    [InlineData("""{ "tables": { "public.a": { "omit": ["x", 1] } } }""", "$.tables['public.a'].omit[1]")]
    [InlineData("""{ "tables": { "public.a": { "filter": 1 } } }""", "$.tables['public.a'].filter")]
    [InlineData("""{ "tables": { "a": { "mask": { "email": "hsah" } } } }""", "$.tables['a'].mask['email']")]
    [InlineData("""{ "tables": { "a": { "mask": { "email": null } } } }""", "$.tables.a.mask.email")]
    [InlineData("""{ "tables": { "a": { "mask": { "e mail": true } } } }""", "$.tables.a.mask['e mail']")]
    [InlineData("""{ "tables": { "a": { "policies": { "born": "ignore" } } } }""", "$.tables.a.policies.born")]
    [InlineData("""{ "tables": { "a": null } }""", "$.tables.a")]
    [InlineData("""{ "tables": { "a": { "polices": {} } } }""", "polices")]
    [InlineData("""{ "table": {} }""", "table")]
    [InlineData("""{ "sizes": { "mediumRows": 0 } }""", "$.sizes")]
    [InlineData("""{ "sizes": { "smallRows": 1 } }""", "smallRows")]
    [InlineData("""{ "maxCopySize": 0 }""", "$.maxCopySize")]
    [InlineData("""{ "maxErrors": "some" }""", "$.maxErrors")]
    [InlineData("""{ "maxErrors": 5 }""", "$.maxErrors")]
    [InlineData("""{ "tables": { "a": { "maxErrors": "101%" } } }""", "$.tables['a'].maxErrors")]
    [InlineData("""{ "Policy": "fail" }""", "Policy")]
    [InlineData("""{ "policy": "fail", "policy": "string" }""", "policy")]
    [InlineData("""{ "policy": null }""", "$.policy")]
    [InlineData("""[]""", "$")]
    [InlineData("""null""", "null")]
    [InlineData("", "line 1")]
    [InlineData("{ 'policy': 'fail' }", "line 1")]
    [InlineData("{\n\n\n  policy: \"fail\" }", "line 4")]
    public async Task A_refusal_names_the_field_by_its_path(string json, string named)
    {
        string refusal = await RefusalAsync(json) ?? "";

        Assert.Contains(named, refusal, StringComparison.Ordinal);
        Assert.Contains(path, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("Mammoth.", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", refusal, StringComparison.Ordinal);
    }

    /// <summary>Windows' editors write a byte order mark.</summary>
    [Fact]
    public async Task A_byte_order_mark_is_no_mistake()
    {
        await File.WriteAllTextAsync(path, """{ "policy": "fail" }""", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), TestContext.Current.CancellationToken);

        MigrationOptions options = await ConfigurationFile.Read(path, new MigrationOptions(), TestContext.Current.CancellationToken);

        Assert.Equal(Mammoth.Migration.Types.TypePolicy.Fail, options.Policy);
    }

    [Fact]
    public async Task What_is_not_utf8_is_refused_in_a_sentence()
    {
        await File.WriteAllBytesAsync(path, [.. "{ \"tables\": { \""u8, 0xE9, 0xFF, .. "\": {} } }"u8], TestContext.Current.CancellationToken);

        UsageException refused = await Assert.ThrowsAsync<UsageException>(() => ConfigurationFile.Read(path, new MigrationOptions(), TestContext.Current.CancellationToken));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_no_configuration()
    {
        UsageException refused = await Assert.ThrowsAsync<UsageException>(() => ConfigurationFile.Read(Path.GetTempPath(), new MigrationOptions(), TestContext.Current.CancellationToken));
        Assert.Contains(Path.GetTempPath().TrimEnd('/'), refused.Message, StringComparison.Ordinal);
    }

    private static JsonObject Valid(Random random)
    {
        JsonObject root = [];
        if (random.Next(3) == 0)
            root["$schema"] = Text(random);
        if (random.Next(2) == 0)
            root["policy"] = Policy(random);
        if (random.Next(3) == 0)
            root["maxErrors"] = Budget(random);
        if (random.Next(3) == 0)
            root["maxCopySize"] = random.NextInt64(1, long.MaxValue);
        if (random.Next(3) == 0)
            root["sizes"] = new JsonObject(new[] { "mediumRows", "largeRows", "mediumBytes", "largeBytes" }.Where(_ => random.Next(2) == 0).Select(name => KeyValuePair.Create(name, (JsonNode?)random.NextInt64(1, 1L << 40))));
        if (random.Next(6) > 0)
        {
            JsonObject tables = [];
            for (int i = random.Next(4); i > 0; i--)
                tables[Text(random)] = Table(random);
            root["tables"] = tables;
        }

        return root;
    }

    private static JsonObject Table(Random random)
    {
        JsonObject table = [];
        if (random.Next(2) == 0)
            table["omit"] = new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => (JsonNode)Text(random))]);
        if (random.Next(2) == 0)
            table["filter"] = Text(random);
        if (random.Next(2) == 0)
            table["mask"] = new JsonObject(Enumerable.Range(0, random.Next(3)).Select(_ => Text(random)).Distinct().Select(k => KeyValuePair.Create(k, (JsonNode?)random.GetItems(["hash", "null", "constant:", "constant:a\nb", "constant:hash"], 1)[0])));
        if (random.Next(2) == 0)
            table["maxErrors"] = Budget(random);
        if (random.Next(2) == 0)
            table["policy"] = Policy(random);
        if (random.Next(2) == 0)
            table["policies"] = new JsonObject(Enumerable.Range(0, random.Next(3)).Select(_ => Text(random)).Distinct().Select(k => KeyValuePair.Create(k, (JsonNode?)Policy(random))));
        return table;
    }

    /// <summary>One change somewhere: another name, another value, another kind of value, something added.</summary>
    private static JsonNode Mistaken(JsonNode node, Random random)
    {
        if (node is JsonObject { Count: > 0 } whole && random.Next(4) > 0)
        {
            (string key, JsonNode? value) = whole.ToArray()[random.Next(whole.Count)];
            if (random.Next(4) == 0)
            {
                whole.Remove(key);
                string other = random.Next(2) == 0 ? Text(random) : key.ToUpperInvariant() + "s";
                whole[other] = value?.DeepClone();
            }
            else
            {
                whole[key] = Mistaken(value!.DeepClone(), random);
            }

            return whole;
        }

        if (node is JsonArray { Count: > 0 } list && random.Next(3) > 0)
        {
            int at = random.Next(list.Count);
            list[at] = Mistaken(list[at]!.DeepClone(), random);
            return list;
        }

        if (node is JsonObject target && random.Next(3) == 0)
        {
            target[random.Next(2) == 0 ? Text(random) : "policy"] = Any(random);
            return target;
        }

        return Any(random) ?? JsonSerializer.SerializeToNode(0)!;
    }

    private static JsonNode? Any(Random random) => random.Next(8) switch
    {
        0 => random.Next(-1, 2),
        1 => true,
        2 => new JsonArray(),
        3 => new JsonObject(),
        4 => new JsonArray((JsonNode?)null),
        5 => new JsonObject { ["x"] = null },
        _ => Text(random),
    };

    private static string Text(Random random) => Texts[random.Next(Texts.Length)];

    private static string Policy(Random random) => random.GetItems(["string", "fail", "quarantine"], 1)[0];

    private static string Budget(Random random) => random.GetItems(["0", "100", "999999999999999", "0%", "0.5%", "99.999999%", "100%"], 1)[0];

    private static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node);

    private async Task<string?> RefusalAsync(string json)
    {
        await File.WriteAllTextAsync(path, json, TestContext.Current.CancellationToken);
        try
        {
            await ConfigurationFile.Read(path, new MigrationOptions(), TestContext.Current.CancellationToken);
            return null;
        }
        catch (UsageException e)
        {
            return e.Message;
        }
    }
}
