using System.Text.Json;
using Mammoth.Migration.Plans;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Cli;

/// <summary><c>--include</c> and <c>--exclude</c> on names that contain what patterns are made of.</summary>
public sealed class ChosenTablesTests(PostgresFixture postgres)
{
    private static readonly string[] Alphabet = ["a", "A", "b", ".", "*", "?", "\"", "'", "[", "]", "(", ")", "+", "\\", "^", "$", "|", "{", "}", " ", "\n", "🦣", "é", "e\u0301", "-", "%", "_"];

    /// <summary>One database for all cases: schema and table names with quotes, dots, blanks, wildcards, brackets, and case alone between them.</summary>
    private static readonly (string Schema, string Table)[] Names =
        [("shop", "orders"), ("shop", "Orders"), ("shop", "order.lines"), ("shop", "a*b"), ("shop", "axb"), ("Shop", "orders"), ("my.schema", "t"), ("my", "schema.t"), ("odd \"q\"", "it's"), ("odd \"q\"", "[x]"), ("shop", "🦣"), ("shop", "new\nline"), ("shop", "back\\slash")];

    private static string? source;

    [Theory]
    [InlineData("*", "", 13)]
    [InlineData("shop.*", "", 8)]
    [InlineData("SHOP.*", "", 0)]
    [InlineData("?hop.orders", "", 2)]
    [InlineData("orders", "", 2)]
    [InlineData("shop.orders", "", 1)]
    [InlineData("shop.Orders", "", 1)]
    [InlineData("shop.order.lines", "", 1)]
    [InlineData("my.schema.t", "", 2)]
    [InlineData("shop.a*b", "", 2)]
    [InlineData("shop.a?b", "", 2)]
    [InlineData("odd \"q\".*", "", 2)]
    [InlineData("it's", "", 1)]
    [InlineData("[x]", "", 1)]
    [InlineData("shop.?", "", 1)]
    [InlineData("🦣", "", 1)]
    [InlineData("*line", "", 1)]
    [InlineData("shop.new?line", "", 1)]
    [InlineData("*\\*", "", 1)]
    [InlineData("*.orders", "Shop.*", 1)]
    [InlineData("*", "*", 0)]
    [InlineData("", "shop.*", 5)]
    [InlineData("", "orders", 11)]
    [InlineData("*.*.*", "", 3)]
    public async Task Choose_what_they_say(string include, string exclude, int tables)
    {
        source ??= await CreateAsync();
        CommandLine run = await CommandLine.RunAsync(["plan", "--source", source, "--output", "json", .. Option("--include", include), .. Option("--exclude", exclude)]);

        if (tables == 0)
        {
            Assert.Equal(64, run.ExitCode);
            return;
        }

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument plan = JsonDocument.Parse(run.Out);
        Assert.Equal(tables, plan.RootElement.GetProperty("tables").GetArrayLength());
    }

    [Fact]
    public async Task Several_patterns_add_up_and_an_exclusion_wins()
    {
        source ??= await CreateAsync();
        CommandLine run = await CommandLine.RunAsync("plan", "--source", source, "-o", "json", "-i", "shop.orders", "-i", "Shop.*", "-i", "shop.axb", "-x", "Shop.orders", "-x", "nothing.*");

        using JsonDocument plan = JsonDocument.Parse(run.Out);
        Assert.Equal(["axb", "orders"], plan.RootElement.GetProperty("tables").EnumerateArray().Select(t => t.GetProperty("source").GetProperty("name").GetString()).Order(StringComparer.Ordinal));
    }

    /// <summary>Against a matcher that knows nothing of regular expressions.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_pattern_means_what_a_plain_matcher_says(int seed)
    {
        Random random = new(seed);
        int matched = 0;
        for (int i = 0; i < 4_000; i++)
        {
            string schema = Word(random, 3);
            string table = Word(random, 4);

            // Half the patterns are made of the name itself, so that some match.
            string pattern = random.Next(2) == 0 ? Word(random, 6) : string.Concat(Runes($"{schema}.{table}").Select(r => random.Next(5) switch { 0 => "?", 1 => "*", _ => r }));
            string full = pattern.Contains('.', StringComparison.Ordinal) ? pattern : $"*.{pattern}";
            bool expected = Matches(Runes(full), Runes($"{schema}.{table}"));
            Assert.True(expected == new NamePattern(pattern).Matches(new(schema, table)), $"{pattern} on {schema}.{table} should be {expected}");
            matched += expected ? 1 : 0;
        }

        Assert.True(matched > 500, $"{matched} matched");
    }

    [Fact]
    public void A_pattern_of_many_stars_takes_no_time()
    {
        NamePattern pattern = new(string.Concat(Enumerable.Repeat("*a", 40)) + "b");
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();

        Assert.False(pattern.Matches(new("s", new string('a', 63))));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    private static string[] Runes(string text) => [.. text.EnumerateRunes().Select(r => r.ToString())];

    private static string Word(Random random, int longest) => string.Concat(random.GetItems(Alphabet, random.Next(1, longest + 1)));

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> name) => pattern switch
    {
        [] => name.IsEmpty,
        ["*", .. var rest] => Matches(rest, name) || (!name.IsEmpty && Matches(pattern, name[1..])),
        [var one, .. var rest] => !name.IsEmpty && (one == "?" || one == name[0]) && Matches(rest, name[1..]),
    };

    private static string[] Option(string name, string value) => value.Length > 0 ? [name, value] : [];

    private async Task<string> CreateAsync()
    {
        string connection = await postgres.CreateDatabaseAsync("chosen", TestContext.Current.CancellationToken);
        await using NpgsqlConnection open = new(connection);
        await open.OpenAsync(TestContext.Current.CancellationToken);
        foreach ((string schema, string table) in Names)
        {
            string s = Mammoth.Postgres.Catalog.Identifier.Quote(schema);
            await using NpgsqlCommand create = new($"CREATE SCHEMA IF NOT EXISTS {s}; CREATE TABLE {s}.{Mammoth.Postgres.Catalog.Identifier.Quote(table)} (id int)", open);
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        return connection;
    }
}
