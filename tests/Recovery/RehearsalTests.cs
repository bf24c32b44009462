using System.Text.Json;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Types;
using Mammoth.Migration.Verification;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Sessions;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.LargeValues;
using Mammoth.Tests.Migrations;

namespace Mammoth.Tests.Recovery;

/// <summary>What is published comes back into PostgreSQL; judged by the digests, and by PostgreSQL itself, which compares the rows' texts.</summary>
public sealed class RehearsalTests(PostgresFixture postgres, SampleSource sample) : IAsyncLifetime, IClassFixture<SampleSource>
{
    private const string Odd = """
        CREATE TYPE public.mood AS ENUM ('sad', 'happy 🦣');
        CREATE DOMAIN public.small AS integer CHECK (VALUE < 1000);
        CREATE TYPE public.pair AS (m public.mood, s public.small[], t text);
        CREATE TABLE public.other (x integer, m public.mood);
        INSERT INTO public.other VALUES (1, 'sad');
        CREATE VIEW public.seen AS SELECT 1 AS one;
        CREATE TABLE public.odd (
          id integer PRIMARY KEY, m public.mood, ms public.mood[], p public.pair, ps public.pair[], r public.other, iv interval, ivs interval[], n numeric, ip inet, x xml,
          view regclass, secret text, nothing integer, fixed date, hidden text, d date, made integer GENERATED ALWAYS AS (id * 2) STORED);
        INSERT INTO public.odd (id, m, ms, p, ps, r, iv, ivs, n, ip, x, view, secret, nothing, fixed, hidden, d)
        SELECT i, 'happy 🦣', ARRAY['sad', NULL, 'happy 🦣']::public.mood[], ('sad', ARRAY[1, NULL, i], E'a,"\\')::public.pair, ARRAY[('sad', NULL, 'x')::public.pair, NULL], (i, 'sad')::public.other,
          i * interval '1 month 2 days 3.5 seconds', ARRAY[interval '-1 day', NULL], i / 3.0, '10.0.0.1/24', xmlparse(content '<a>é</a>'),
          'public.seen', 'secret ' || i, i, '2024-01-01', 'hidden', CASE WHEN i % 10 = 3 THEN 'infinity' ELSE '2024-01-01'::date + i END
        FROM generate_series(1, 40) i;
        INSERT INTO public.odd (id) VALUES (0);
        """;

    private readonly MigrationWarehouse warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RehearsalRole? role;

    public async ValueTask InitializeAsync() => role = await RehearsalRole.Create(postgres, Cancellation);

    public async ValueTask DisposeAsync()
    {
        warehouse.Dispose();
        await role!.DisposeAsync();
    }

    [Fact]
    public async Task Every_table_of_the_sample_comes_back_with_the_rows_that_the_source_has()
    {
        SourceDatabase source = await sample.Clone(Cancellation);
        Assert.True((await warehouse.Migrate(source.ConnectionString, new MigrationOptions { LargeValueBytes = MigrationOptions.LeastLargeValueBytes }, Cancellation)).Succeeded);
        (CommandLine said, JsonElement result) = await Rehearse("--keep");
        said.EndedWell();
        TableRehearsal[] tables = Tables(result);
        Assert.Equal((await source.Tables(Cancellation)).Count, tables.Length);
        Assert.All(tables, t => Assert.True(t.Holds && t.Remarks.Count == 0, $"{t.Table}: {t.Problem} {string.Join("; ", t.Remarks)}"));

        string kept = Assert.Single(await role!.Databases(Cancellation));
        Assert.Equal(kept, result.GetProperty("database").GetString());
        Assert.Contains($"/{kept}. It is yours to drop.", said.Error, StringComparison.Ordinal);
        try
        {
            var back = new SourceDatabase(source.As(c => c.Database = kept));
            foreach (string table in await source.Tables(Cancellation))
            {
                // A classic parent's rows are its own; those of a partitioned table lie in its partitions.
                string only = (await source.Query<bool>($"SELECT relkind = 'r' FROM pg_class WHERE oid = '{table.Replace("'", "''", StringComparison.Ordinal)}'::regclass", Cancellation))[0] ? "ONLY " : "";
                string sum = $"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")), '') FROM {only}{table} t";
                Assert.Equal(($"{table}", (await source.Query<string>(sum, Cancellation))[0]), ($"{table}", (await back.Query<string>(sum, Cancellation))[0]));
            }

            await Altered(back);
        }
        finally
        {
            await source.Run($"DROP DATABASE {kept} WITH (FORCE)", Cancellation);
        }
    }

    [Fact]
    public async Task What_can_not_be_as_it_was_is_said_and_all_else_is()
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "odd", Odd, Cancellation);
        await Migrated(source);
        (CommandLine said, JsonElement result) = await Rehearse();
        Assert.True(said.ExitCode == 0, said.Out + said.Error);
        TableRehearsal odd = Tables(result).Single(t => t.Table == "public.odd");
        Assert.Equal((37, 4, 4), (odd.Rows, odd.Quarantined, odd.QuarantinedBack));
        Assert.Collection(
            odd.Remarks,
            r => Assert.StartsWith("view stays text, for PostgreSQL does not take all its values back as regclass", r, StringComparison.Ordinal),
            r => Assert.StartsWith("secret was masked (SHA-256", r, StringComparison.Ordinal),
            r => Assert.StartsWith("nothing was masked (null", r, StringComparison.Ordinal),
            r => Assert.StartsWith("fixed was masked (a constant", r, StringComparison.Ordinal),
            r => Assert.StartsWith("hidden was left out", r, StringComparison.Ordinal));
        Assert.Empty(await role!.Databases(Cancellation));

        // For people: the same, in words.
        CommandLine words = await CommandLine.RunAsync("rehearse", "--warehouse", warehouse.Folder, "--into", role!.Connection, "--tables", "odd");
        Assert.Contains("The one table came back", words.Out, StringComparison.Ordinal);
        Assert.Contains("hidden was left out", words.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quarantined_rows_that_PostgreSQL_does_not_take_back_are_a_state_of_their_own()
    {
        // In the scratch database the domain refuses what is in quarantine.
        SourceDatabase source = await SourceDatabase.Create(
            postgres,
            "aside",
            """
            CREATE DOMAIN late AS date CHECK (VALUE <> 'infinity' OR current_database() NOT LIKE 'mammoth%');
            CREATE TABLE t (id integer, d late);
            INSERT INTO t SELECT i, CASE WHEN i < 3 THEN 'infinity' ELSE '2024-01-01'::date + i END FROM generate_series(1, 10) i;
            """,
            Cancellation);
        Assert.True((await warehouse.Migrate(source.ConnectionString, new MigrationOptions { Policy = TypePolicy.Quarantine }, Cancellation)).Succeeded);
        (CommandLine said, JsonElement result) = await Rehearse();
        Assert.True(said.ExitCode == 0, said.Out + said.Error);
        TableRehearsal table = Assert.Single(Tables(result));
        Assert.Equal((true, 8, 2, 0, 2), (table.Holds, table.Rows, table.Quarantined, table.QuarantinedBack, table.QuarantinedNotBack));
        Assert.StartsWith("the rows in quarantine are not back", Assert.Single(table.Remarks), StringComparison.Ordinal);
        CommandLine words = await CommandLine.RunAsync("rehearse", "--warehouse", warehouse.Folder, "--into", role!.Connection);
        Assert.Contains("equal, 2 quarantined rows not back", words.Error, StringComparison.Ordinal);
        Assert.Contains("2 quarantined rows did not come back", words.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_schema_of_the_source_types_come_back_as_what_they_are_made_of()
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "no_schema", "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id integer, m mood, ms mood[], iv interval); INSERT INTO t VALUES (1, 'sad', '{sad,NULL}', '1 day')", Cancellation);
        await warehouse.Migrate(source.ConnectionString, new MigrationOptions(), Cancellation);
        string only = Assert.Single(Directory.EnumerateFiles(warehouse.Folder, "schema-*.sql", SearchOption.AllDirectories).ToArray());

        // Of several, the last snapshot's is taken: 10 comes after 9.
        string folder = Path.GetDirectoryName(only)!;
        File.Move(only, Path.Combine(folder, "schema-10.sql"));
        await File.WriteAllTextAsync(Path.Combine(folder, "schema-9.sql"), "", Cancellation);
        Assert.Empty(Assert.Single(Tables((await Rehearse()).Result)).Remarks);
        File.Delete(Path.Combine(folder, "schema-10.sql"));
        (CommandLine said, JsonElement result) = await Rehearse();
        Assert.True(said.ExitCode == 0, said.Out + said.Error);
        Assert.Equal(
            ["m comes back as text, for there is no type public.mood here", "ms comes back as text[], for there is no type public.mood[] here"],
            Assert.Single(Tables(result)).Remarks);
    }

    [Fact]
    public async Task A_damaged_file_and_rows_that_are_not_those_that_were_published_are_named()
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "damaged", "CREATE TABLE a (id integer, x text); INSERT INTO a SELECT i, 'x' || i FROM generate_series(1, 100) i; CREATE TABLE b AS TABLE a; CREATE TABLE c AS TABLE a", Cancellation);
        await warehouse.Migrate(source.ConnectionString, new MigrationOptions(), Cancellation);
        await source.Run("UPDATE b SET x = 'other' WHERE id = 7", Cancellation);
        using MigrationWarehouse other = new();
        await other.Migrate(source.ConnectionString, new MigrationOptions(), Cancellation);

        // Of a the file is cut; that of b has another row, and the same length to its reader.
        string cut = DataFile(warehouse, "a");
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(cut, Cancellation))[..^100], Cancellation);
        File.Copy(DataFile(other, "b"), DataFile(warehouse, "b"), overwrite: true);
        (CommandLine said, JsonElement result) = await Rehearse();
        Assert.Equal(1, said.ExitCode);
        Assert.False(result.GetProperty("holds").GetBoolean());
        Dictionary<string, TableRehearsal> tables = Tables(result).ToDictionary(t => t.Table);
        Assert.StartsWith("it can't be read", tables["public.a"].Problem, StringComparison.Ordinal);
        Assert.Contains("100 rows where 100 were published; digest 100:", tables["public.b"].Problem, StringComparison.Ordinal);
        Assert.True(tables["public.c"].Holds);
        Assert.Empty(await role!.Databases(Cancellation));
    }

    [Fact]
    public async Task A_table_that_fails_in_whatever_way_is_named_tells_no_value_and_has_had_its_turn()
    {
        // Of a, another engine has renamed a column; b's rows are refused in the scratch database, by a domain and by what its function says.
        SourceDatabase source = await SourceDatabase.Create(
            postgres,
            "renamed",
            """
            CREATE FUNCTION fine(i integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF current_database() LIKE 'mammoth%' THEN RAISE EXCEPTION 'planted value %', i; END IF; RETURN true; END $$;
            CREATE DOMAIN guarded AS integer CHECK (public.fine(VALUE));
            CREATE TABLE a AS SELECT 1 AS x;
            CREATE TABLE b (x guarded);
            INSERT INTO b VALUES (471147);
            CREATE TABLE c AS SELECT 3 AS x;
            """,
            Cancellation);
        await warehouse.Migrate(source.ConnectionString, new MigrationOptions(), Cancellation);
        StorageCatalog catalog = await StorageCatalog.Open(new LocalFileIO(), warehouse.Root, readOnly: false, Cancellation);
        LoadedTable a = (await catalog.Load(new("public", "a"), Cancellation))!;
        string columns = a.Metadata.Properties["mammoth.columns"];
        await catalog.Commit([new(a.Identifier, [], [new SetProperties(new Dictionary<string, string> { ["mammoth.columns"] = System.Text.RegularExpressions.Regex.Replace(columns, "\"name\":\\s*\"x\"", "\"name\":\"gone\"") })])], "others", Cancellation);
        (CommandLine said, JsonElement result) = await Rehearse();
        Assert.True(said.ExitCode == 1, said.Out + said.Error);
        Dictionary<string, TableRehearsal> tables = Tables(result).ToDictionary(t => t.Table);
        Assert.StartsWith("it can't be brought back: There is no column 'gone'", tables["public.a"].Problem, StringComparison.Ordinal);
        Assert.StartsWith("PostgreSQL does not take it back: a function of the source failed [", tables["public.b"].Problem, StringComparison.Ordinal);
        Assert.Contains("SQLSTATE P0001", tables["public.b"].Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("471147", said.Out + said.Error, StringComparison.Ordinal);
        Assert.True(tables["public.c"].Holds);
        Assert.Equal(3, (await RehearsalTimes.Read(new LocalFileIO(), warehouse.Root, Cancellation)).Count);
    }

    [Fact]
    public async Task Large_values_and_large_objects_come_back()
    {
        await using Tests.Postgres.SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_back");
        await source.ExecuteAsync(
            """
            CREATE TABLE naming (id integer, o oid, again oid);
            INSERT INTO naming SELECT i, lo_from_bytea(0, noise(i, 20000)), NULL FROM generate_series(1, 3) i;
            UPDATE naming SET again = o WHERE id < 3;
            INSERT INTO naming VALUES (4, 4294967295, NULL);
            """);
        var options = new MigrationOptions { LargeValueBytes = LargeTable.Over, Tables = new Dictionary<string, TableSettings> { ["naming"] = new() { LargeObjects = ["o", "again"] } } };
        Assert.True((await warehouse.Migrate(source.ConnectionString, options, Cancellation)).Succeeded);
        (CommandLine said, JsonElement result) = await Rehearse();
        Assert.True(said.ExitCode == 0, said.Out + said.Error);
        Assert.Equal(3, Tables(result).Length);
        await NothingIsLeft();

        // The digest has the objects' bytes in it: with other bytes it is another.
        string large = Directory.EnumerateFiles(Path.Combine(warehouse.Folder, "public", "naming", "data", "_large"), "*.bin").First();
        byte[] bytes = await File.ReadAllBytesAsync(large, Cancellation);
        bytes[1000] ^= 1;
        await File.WriteAllBytesAsync(large, bytes, Cancellation);
        (said, result) = await Rehearse("--include", "naming");
        Assert.Equal(1, said.ExitCode);
        Assert.Contains("SHA-256", Assert.Single(Tables(result)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_that_do_not_fit_have_their_turn_the_next_time()
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "turns", "CREATE TABLE a AS SELECT 1 AS x; CREATE TABLE b AS SELECT 2 AS x; CREATE TABLE c AS SELECT 3 AS x", Cancellation);
        await warehouse.Migrate(source.ConnectionString, new MigrationOptions(), Cancellation);
        long one = (await Choose(long.MaxValue)).Tables.Max(t => t.Bytes);
        List<string> turns = [];
        for (int i = 0; i < 4; i++)
        {
            (CommandLine said, JsonElement result) = await Rehearse("--max-bytes", $"{one}");
            said.EndedWell();
            turns.Add(Assert.Single(Tables(result)).Table);
            Assert.Equal(2, result.GetProperty("leftOut").GetArrayLength());
        }

        Assert.Equal(["public.a", "public.b", "public.c", "public.a"], turns);
        CommandLine none = await CommandLine.RunAsync("rehearse", "--warehouse", warehouse.Folder, "--into", role!.Connection, "--max-bytes", "1");
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("more than a rehearsal may read", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_tables_of_the_warehouse_that_came_from_one_come_back_side_by_side_whatever_dots_its_name_has()
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "renamed_twice", """CREATE TABLE "a.b" AS SELECT 1 AS x, 2 AS hidden; INSERT INTO "a.b" VALUES (3, 4); CREATE TABLE c AS SELECT 7 AS x""", Cancellation);
        var options = new MigrationOptions { Tables = new Dictionary<string, TableSettings> { ["public.a.b"] = new() { Omit = ["hidden"] } } };
        Assert.True((await warehouse.Migrate(source.ConnectionString, options, Cancellation)).Succeeded);

        // Another table of the warehouse that says it came from the same.
        StorageCatalog catalog = await StorageCatalog.Open(new LocalFileIO(), warehouse.Root, readOnly: false, Cancellation);
        LoadedTable[] tables = [.. await catalog.LoadAll(Cancellation)];
        LoadedTable dotted = tables.Single(t => t.Metadata.Properties["mammoth.source"] == "public.a.b"), other = tables.Single(t => t != dotted);
        await catalog.Commit([new(other.Identifier, [], [new SetProperties(new Dictionary<string, string> { ["mammoth.source-table"] = dotted.Metadata.Properties["mammoth.source-table"] })])], "others", Cancellation);
        (CommandLine said, JsonElement result) = await Rehearse("--keep");
        Assert.True(said.ExitCode == 0, said.Out + said.Error);
        Dictionary<string, TableRehearsal> back = Tables(result).ToDictionary(t => t.Table);
        Assert.Equal(["public.a.b", "public.a.b~2"], back.Values.Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["hidden was left out: it is not in the warehouse"], back[dotted.Identifier.ToString()].Remarks);
        var kept = new SourceDatabase(new Npgsql.NpgsqlConnectionStringBuilder(role!.Connection) { Database = Assert.Single(await role.Databases(Cancellation)) }.ConnectionString);
        Assert.Equal([1L, 2L], await kept.Query<long>("""SELECT n FROM (VALUES ((SELECT count(*) FROM "a.b")), ((SELECT count(*) FROM "a.b~2"))) v (n) ORDER BY n""", Cancellation));
    }

    [Fact]
    public void Names_are_cut_where_PostgreSQL_would_and_stay_apart()
    {
        TableMetadata Of(string name) => MetadataChanges.Apply(null, MetadataChanges.CreateTable(Guid.NewGuid(), "file:///t", new(0, [], []), new Dictionary<string, string> { ["mammoth.source"] = $"public.{name}" }), null, DateTimeOffset.UnixEpoch);
        string longest = new('é', 31);
        IReadOnlyList<RecoveryNames> names = RecoveryNames.Of(new[] { $"{longest}a", $"{longest}a", $"{longest}é" }.Select((n, i) => (new TableIdentifier("public", $"t{i}"), Of(n))));
        Assert.Equal([$"{longest}a", $"{longest[..30]}~2", longest], names.Select(n => n.Own.Name));
        Assert.Equal(3, names.Select(n => n.Beside).Distinct().Count());
        Assert.All(names.SelectMany(n => new[] { n.Own, n.Beside }), n => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(n.Name), 1, 63));
    }

    [Fact]
    public async Task The_same_step_done_twice_at_the_same_time_gives_the_same_twice()
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "twice", "CREATE TABLE a AS SELECT i, 'x' || i AS x FROM generate_series(1, 20000) i", Cancellation);
        await warehouse.Migrate(source.ConnectionString, new MigrationOptions(), Cancellation);
        var site = new RecoverySite(new LocalFileIO(), await StorageCatalog.Open(new LocalFileIO(), warehouse.Root, readOnly: true, Cancellation), new RehearsalServer(role!.Connection));
        RecoveryPlan plan = await Choose(long.MaxValue);
        PreparedDatabase database = await PreparedDatabase.Make(site, "twice", plan, keep: false, Cancellation);
        try
        {
            // One is given up in its middle, and leaves nothing.
            using var early = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            early.CancelAfter(TimeSpan.FromMilliseconds(60));
            await Record.ExceptionAsync(() => TableRecovery.Run(site, plan, database, 0, keep: false, early.Token));
            TableRehearsal[] both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => TableRecovery.Run(site, plan, database, 0, keep: false, Cancellation)));
            Assert.All(both, b => Assert.True(b is { Holds: true, Rows: 20000 }, b.Problem));
        }
        finally
        {
            Assert.Equal(1, (await ScratchDatabase.DropOf(site.Server, "twice", Cancellation)).Count);
        }
    }

    /// <summary>When a table is dropped again, its large objects are, too.</summary>
    private async Task NothingIsLeft()
    {
        var site = new RecoverySite(new LocalFileIO(), await StorageCatalog.Open(new LocalFileIO(), warehouse.Root, readOnly: true, Cancellation), new RehearsalServer(role!.Connection));
        RecoveryPlan plan = await Choose(long.MaxValue);
        PreparedDatabase database = await PreparedDatabase.Make(site, "objects", plan, keep: false, Cancellation);
        int naming = Enumerable.Range(0, plan.Tables.Count).Single(i => plan.Tables[i].Table.Name == "naming");
        var scratch = new SourceDatabase(new Npgsql.NpgsqlConnectionStringBuilder(role.Connection) { Database = database.Name }.ConnectionString);
        Assert.True((await TableRecovery.Run(site, plan, database, naming, keep: true, Cancellation)).Holds);
        Assert.Equal([3L], await scratch.Query<long>("SELECT count(*) FROM pg_largeobject_metadata", Cancellation));
        Assert.True((await TableRecovery.Run(site, plan, database, naming, keep: false, Cancellation)).Holds);
        Assert.Equal([0L], await scratch.Query<long>("SELECT count(*) FROM pg_largeobject_metadata", Cancellation));
        Assert.Equal(1, (await ScratchDatabase.DropOf(site.Server, "objects", Cancellation)).Count);
    }

    /// <summary>A row that is gone, and a value that is another.</summary>
    private async Task Altered(SourceDatabase back)
    {
        var io = new LocalFileIO();
        var server = new RehearsalServer(back.ConnectionString);
        LoadedTable table = (await (await StorageCatalog.Open(io, warehouse.Root, readOnly: true, Cancellation)).Load(new("shop", "log_lines"), Cancellation))!;
        string recorded = PublishedProof.Recorded(table.Metadata)!.Digest;
        await using SourceSession session = await server.Open(back.Name, Cancellation);
        RecoveredLayout layout = await RecoveredLayout.Of(session, new("shop", "log_lines"), table.Metadata, Cancellation);
        Assert.Equal(recorded, (await Read()).ToString());
        await back.Run("UPDATE shop.log_lines SET level = 99 WHERE ctid = (SELECT min(ctid) FROM shop.log_lines)", Cancellation);
        RowDigest changed = await Read();
        Assert.Equal((RowDigest.Parse(recorded).Rows, false), (changed.Rows, changed.ToString() == recorded));
        await back.Run("DELETE FROM shop.log_lines WHERE ctid = (SELECT min(ctid) FROM shop.log_lines)", Cancellation);
        Assert.Equal(changed.Rows - 1, (await Read()).Rows);

        async Task<RowDigest> Read() => (await RecoveredRows.Digest(session, layout, Cancellation)).Fit;
    }

    private async Task Migrated(SourceDatabase source) => Assert.True((await warehouse.Migrate(
        source.ConnectionString,
        new MigrationOptions
        {
            Policy = TypePolicy.Quarantine,
            Tables = new Dictionary<string, TableSettings> { ["odd"] = new() { Omit = ["hidden"], Mask = new Dictionary<string, string> { ["secret"] = "hash", ["nothing"] = "null", ["fixed"] = "constant:x" } } },
        },
        Cancellation)).Succeeded);

    private async Task<RecoveryPlan> Choose(long bytes) =>
        await RecoveryChoice.Choose(new LocalFileIO(), await StorageCatalog.Open(new LocalFileIO(), warehouse.Root, readOnly: true, Cancellation), _ => true, bytes, Cancellation);

    private async Task<(CommandLine Said, JsonElement Result)> Rehearse(params string[] more)
    {
        CommandLine said = await CommandLine.RunAsync(["rehearse", "--warehouse", warehouse.Folder, "--into", role!.Connection, "--output", "json", .. more]);
        return (said, said.Out.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(said.Out) : default);
    }

    private static TableRehearsal[] Tables(JsonElement result) => result.GetProperty("tables").Deserialize<TableRehearsal[]>(Mammoth.Migration.Runs.RunFolder.Json)!;

    private static string DataFile(MigrationWarehouse warehouse, string table) => Path.Combine(warehouse.Folder, "public", table, "data", Assert.Single(warehouse.Files($"public.{table}")));
}
