using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Postgres;

namespace Mammoth.Tests.LargeValues;

/// <summary>Which columns are found to hold large values.</summary>
public sealed class LargeValueSearchTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exactly_the_columns_that_hold_one_are_found_whatever_compression_made_of_it()
    {
        await using SourceDatabase source = await SourceDatabase.CreateAsync(postgres, "large_search");
        await source.ExecuteAsync(
            """
            CREATE DOMAIN long_text AS text;
            CREATE TYPE pair AS (a text, b int);
            CREATE TABLE t (
                id int PRIMARY KEY, b bytea, b_edge bytea, b_over bytea, t text, t_small text, v varchar, v_short varchar(1000), c char(200001), j json, jb jsonb, jb_small jsonb, x xml, d long_text,
                a text[], p pair, n numeric, masked text, omitted text, "B__large" text);
            INSERT INTO t (id, b_edge, b_over, t_small, v_short, jb_small, "B__large") VALUES (1, convert_to(repeat('x', 200000), 'UTF8'), convert_to(repeat('x', 200001), 'UTF8'), 'a', repeat('x', 1000), '{}', 'taken');
            INSERT INTO t (id, b, t, v, c, j, jb, x, d, a, p, masked, omitted) SELECT 2, convert_to(big, 'UTF8'), big, big, 'x', to_json(big), to_jsonb(big), xmlelement(name a, big), big, ARRAY[big], ROW(big, 1)::pair, big, big
            FROM (SELECT repeat('x', 300000)) b(big);
            CREATE TABLE parted (id int, t text) PARTITION BY RANGE (id);
            CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (100);
            CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (100) TO (200);
            INSERT INTO parted VALUES (1, 'small'), (101, repeat('x', 300000));
            CREATE TABLE keyed (k text PRIMARY KEY, v text);
            INSERT INTO keyed VALUES (repeat('x', 1000), repeat('x', 300000));
            CREATE TABLE filtered (id int, t text);
            INSERT INTO filtered VALUES (1, 'a'), (2, repeat('x', 300000));
            CREATE TABLE none (id int, t text, b bytea);
            INSERT INTO none SELECT i, repeat('x', 100000), convert_to(repeat('x', 100000), 'UTF8') FROM generate_series(1, 20) i;
            """);
        MigrationPlan plan = await PlanAsync(source, 200_000);
        Dictionary<string, LargeColumn?> t = plan.Tables.Single(p => p.Name == "t").Columns.ToDictionary(c => c.Name, c => c.LargeValues);
        Assert.Equal(["b", "b_over", "c", "d", "j", "jb", "t", "v", "x"], t.Where(c => c.Value is not null).Select(c => c.Key).Order(StringComparer.Ordinal));

        // A name that differs only by case is one for most engines.
        Assert.Equal(new LargeColumn("b__large_2", 200_000), t["b"]);
        Assert.Equal(["t__large"], Marked(plan, "parted"));
        Assert.Equal(["v__large"], Marked(plan, "keyed"));
        Assert.Empty(Marked(plan, "filtered"));
        Assert.Empty(Marked(plan, "none"));
        Assert.All((await PlanAsync(source, 0)).Tables, p => Assert.Empty(Marked(p)));
        Assert.All((await PlanAsync(source, 10 << 20)).Tables, p => Assert.Empty(Marked(p)));
    }

    [Fact]
    public async Task Text_that_grows_when_it_becomes_UTF_8_is_found()
    {
        await using SourceDatabase root = await SourceDatabase.CreateAsync(postgres, "large_latin_root");
        string name = $"large_latin_{Guid.NewGuid():N}";
        await root.ExecuteAsync($"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
        try
        {
            string connection = new Npgsql.NpgsqlConnectionStringBuilder(root.ConnectionString) { Database = name, Pooling = false }.ConnectionString;
            await using (var latin = new Npgsql.NpgsqlConnection(connection))
            {
                await latin.OpenAsync(Cancellation);
                await using var fill = new Npgsql.NpgsqlCommand("CREATE TABLE t AS SELECT repeat(chr(233), 150000) AS accents", latin);
                await fill.ExecuteNonQueryAsync(Cancellation);
            }

            MigrationPlan plan = await CurrentPlan.Make(connection, new Dictionary<(string, string), TableMetadata>(), new MigrationOptions { LargeValueBytes = 200_000 }, Cancellation);
            Assert.Equal(["accents__large"], Marked(plan, "t"));
        }
        finally
        {
            Npgsql.NpgsqlConnection.ClearAllPools();
            await root.ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static IEnumerable<string> Marked(MigrationPlan plan, string table) => Marked(plan.Tables.Single(t => t.Name == table));

    private static IEnumerable<string> Marked(TablePlan table) => table.Columns.Select(c => c.LargeValues?.Name).OfType<string>();

    private static Task<MigrationPlan> PlanAsync(SourceDatabase source, long bytes) => CurrentPlan.Make(
        source.ConnectionString,
        new Dictionary<(string, string), TableMetadata>(),
        new MigrationOptions
        {
            LargeValueBytes = bytes,
            Tables = new Dictionary<string, TableSettings>
            {
                ["public.t"] = new() { Mask = new Dictionary<string, string> { ["masked"] = "hash" }, Omit = ["omitted"] },
                ["public.filtered"] = new() { Filter = "id < 2" },
            },
        },
        Cancellation);
}
