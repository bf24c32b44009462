using System.Collections.Concurrent;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Drift;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Orchestrations.Drift;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Microsoft.Extensions.Logging;

namespace Mammoth.Tests.Drift;

/// <summary>A database is migrated, changed in every way there is, looked at, and migrated again: the next run does what was told, and then there is no drift.</summary>
public sealed class DetectedDriftTests(PostgresFixture postgres) : IDisposable
{
    private const string Before = """
        CREATE TYPE address AS (street text);
        CREATE TABLE kept (id int PRIMARY KEY, note text DEFAULT 'x', at timestamptz);
        CREATE TABLE parts (id int, day date) PARTITION BY RANGE (day);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE changed (id int PRIMARY KEY, amount int NOT NULL, code varchar(10), gone text, former int, home address, moved int);
        CREATE TABLE dropped (id int);
        CREATE TABLE large (body text NOT NULL); ALTER TABLE large ALTER body SET STORAGE EXTERNAL; INSERT INTO large VALUES (repeat('x', 100000));
        CREATE TABLE old_name (id int, x text);
        CREATE TABLE becomes_view (id int);
        CREATE VIEW becomes_table AS SELECT 1 AS id;
        CREATE TABLE "odd.na""me" (id int);
        CREATE TABLE lower_case (id int);
        CREATE TABLE "a/b" (id int); INSERT INTO "a/b" VALUES (1);
        CREATE TABLE aside (id int);
        CREATE TABLE parts_3 (id int, day date);
        INSERT INTO kept VALUES (1, 'n', now()); INSERT INTO parts VALUES (1, '2026-01-05'); INSERT INTO changed VALUES (1, 2, 'c', 'g', 3, ROW('s'));
        INSERT INTO dropped VALUES (1); INSERT INTO old_name VALUES (1, 'x'); INSERT INTO lower_case VALUES (1);
        """;

    /// <summary>The last lines are no drift: of tables that are not chosen, and of what is not copied.</summary>
    private const string Changes = """
        ALTER TABLE changed ADD added date, ADD "MOVED" int, DROP gone, ALTER amount TYPE bigint, ALTER amount DROP NOT NULL, ALTER code TYPE varchar(20), DROP CONSTRAINT changed_pkey;
        ALTER TABLE changed RENAME former TO latter;
        ALTER TABLE changed ADD PRIMARY KEY (id, latter);
        ALTER TYPE address ADD ATTRIBUTE town text;
        DROP TABLE dropped;
        ALTER TABLE parts ATTACH PARTITION parts_3 FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
        ALTER TABLE old_name RENAME TO new_name;
        DROP TABLE becomes_view; CREATE VIEW becomes_view AS SELECT 1 AS id;
        DROP VIEW becomes_table; CREATE TABLE becomes_table (id int);
        CREATE TABLE fresh (id int);
        CREATE TABLE "LOWER_CASE" (id int);
        ALTER TABLE "a/b" RENAME TO "a\b";
        ALTER TABLE "odd.na""me" ADD "a
        b" int;
        ALTER TABLE aside ADD x int; CREATE TABLE aside_too (id int);
        ALTER TABLE kept ALTER note DROP DEFAULT, ADD CHECK (id > 0), ADD UNIQUE (note); COMMENT ON COLUMN kept.note IS 'said'; CREATE INDEX ON kept (at);
        CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
        """;

    private static readonly MigrationOptions Options = new() { Exclude = ["aside*"], LargeValueBytes = 64 << 10 };
    private readonly MigrationWarehouse warehouse = new();
    private readonly Said said = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        said.Dispose();
        warehouse.Dispose();
    }

    [Fact]
    public async Task What_was_altered_is_found_the_next_run_does_what_was_told_and_then_there_is_no_drift()
    {
        var database = await SourceDatabase.Create(postgres, "drift", Before, Cancellation);
        await warehouse.Migrate(database.ConnectionString, Options, Cancellation);
        Assert.Contains((await Table("large")).CurrentSchema.Fields, f => f.Name == "body__large");
        Assert.Empty((await Detect(database, "first")).Changes);
        Assert.Empty(said.Warnings);

        await database.Run(Changes.Replace("\r", "", StringComparison.Ordinal), Cancellation);
        SchemaDrift drift = await Detect(database, "second");
        Assert.Equal(
            [
                "table public.\"LOWER_CASE\" is new",
                "table public.\"a/b\" is called public.\"a\\b\" now",
                "table public.becomes_table can be copied now; before it could not: it has no rows of its own",
                "table public.becomes_view can't be copied any more: it has no rows of its own",
                "column public.changed.amount is bigint now, not integer",
                "column public.changed.amount is NULL now, not NOT NULL",
                "column public.changed.code is character varying(20) now, not character varying(10)",
                "column public.changed.home is public.address of struct<street: string, town: string> now, not public.address of struct<street: string>",
                "column public.changed.moved is moved_2 in the warehouse from now on, not moved",
                "column public.changed.latter was called former before",
                "column public.changed.latter is NOT NULL now, not NULL",
                "column public.changed.added, date, is new",
                "column public.changed.\"MOVED\", integer, is new",
                "column public.changed.gone, text, is gone",
                "the primary key of public.changed is (id, latter) now, not (id)",
                "table public.dropped is gone",
                "table public.fresh is new",
                "table public.lower_case is public.lower_case_2 in the warehouse from now on, not public.lower_case",
                "table public.old_name is called public.new_name now",
                "column public.\"odd.na\"\"me\".U&\"a\\000Ab\", integer, is new",
                "table public.parts_3 is a partition of public.parts now",
            ],
            drift.Changes.Select(c => c.Summary));
        Assert.Equal(Enum.GetValues<DriftKind>(), drift.Changes.Select(c => c.Kind).Distinct().Order());
        Assert.Equal(drift.Changes.Select(c => $"Schema drift of {database.Name}, run second: {c.Summary}"), said.Warnings);

        Schema schema = (await Table("changed")).CurrentSchema;
        string[] tables = await Tables();
        await warehouse.Migrate(database.ConnectionString, Options, Cancellation);
        Assert.Empty((await Detect(database, "third")).Changes);
        Assert.Equal(drift.Changes.Count, said.Warnings.Count);

        // The next run has done what was told.
        Schema next = (await Table("changed")).CurrentSchema;
        Assert.Equal([.. tables, "LOWER_CASE", "becomes_table", "fresh", "lower_case_2", "new_name"], (await Tables()).OrderBy(t => Array.IndexOf(tables, t) is >= 0 and var i ? i : 100).ThenBy(t => t, StringComparer.Ordinal));
        foreach ((string column, bool stays) in ((string, bool)[])[("id", true), ("amount", false), ("code", true), ("home", false)])
        {
            Assert.Equal(stays, Field(schema, column).Id == Field(next, column).Id);
            SchemaChange? told = drift.Changes.SingleOrDefault(c => c.Column == column && c.Kind == DriftKind.TypeChanged);
            Assert.Equal(stays, told?.Next.Contains("stays", StringComparison.Ordinal) ?? true);
        }

        Assert.DoesNotContain(next.Fields, f => f.Name is "gone" or "former" or "moved");
        Assert.Equal([Field(next, "id").Id, Field(next, "latter").Id], next.IdentifierFieldIds);
        Assert.Equal((false, true), (Field(next, "amount").Required, Field(next, "latter").Required));
    }

    [Fact]
    public async Task The_last_table_is_told_as_gone()
    {
        var database = await SourceDatabase.Create(postgres, "drift", "CREATE TABLE only_one (id int)", Cancellation);
        await warehouse.Migrate(database.ConnectionString, Options, Cancellation);
        await database.Run("DROP TABLE only_one", Cancellation);
        SchemaDrift drift = await SchemaDrift.Find(await warehouse.Site(database.ConnectionString, Cancellation), Options with { Include = ["only_one"] }, Cancellation);
        Assert.Equal(["table public.only_one is gone"], drift.Changes.Select(c => c.Summary));
    }

    [Fact]
    public async Task A_table_made_anew_with_the_same_rows_is_known_by_its_oid_after_the_next_run_which_makes_no_snapshot()
    {
        var database = await SourceDatabase.Create(postgres, "drift", "CREATE TABLE again (id int, x varchar(10)); INSERT INTO again VALUES (1, 'x')", Cancellation);
        await warehouse.Migrate(database.ConnectionString, Options, Cancellation);
        TableMetadata first = await Table("again");
        await database.Run("DROP TABLE again; CREATE TABLE again (id int, x varchar(10)); INSERT INTO again VALUES (1, 'x')", Cancellation);
        await warehouse.Migrate(database.ConnectionString, Options, Cancellation);
        TableMetadata second = await Table("again");
        Assert.Equal((first.CurrentSnapshotId, 1), (second.CurrentSnapshotId, second.Snapshots.Count));
        Assert.NotEqual(SourceTable.Of("public", first)!.Oid, SourceTable.Of("public", second)!.Oid);

        // What is known of it already is not written again.
        await warehouse.Migrate(database.ConnectionString, Options, Cancellation);
        Assert.Equal(second.LastUpdatedMs, (await Table("again")).LastUpdatedMs);
        await database.Run("ALTER TABLE again RENAME TO otherwise", Cancellation);
        SchemaDrift drift = await SchemaDrift.Find(await warehouse.Site(database.ConnectionString, Cancellation), Options, Cancellation);
        Assert.Equal(["table public.again is called public.otherwise now"], drift.Changes.Select(c => c.Summary));
    }

    /// <summary>As a host does, by the orchestration.</summary>
    private async Task<SchemaDrift> Detect(SourceDatabase database, string run)
    {
        MigrationSite site = await warehouse.Site(database.ConnectionString, Cancellation);
        await RunIndex.Add(site, new RunEntry(run, RunKind.Drift, DateTimeOffset.UtcNow, site.SourceName, Options), Cancellation);
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddProvider(said));
        string journal = Path.Combine(Directory.CreateDirectory(Path.Combine(warehouse.Folder, "_mammoth", "local")).FullName, $"{run}.db");
        await using LocalHost host = await LocalHost.Open(journal, new Registry().AddMigrations(site), new LocalOptions { Flush = false, Loggers = loggers }, Cancellation);
        await host.Start<DetectDrift>(run, new DetectDrift.Input(run), Cancellation);
        DetectDrift.Result result = await host.WaitForCompletion<DetectDrift.Result>(run, Cancellation);
        SchemaDrift drift = await site.Folder(run).Read<SchemaDrift>(result.Location, Cancellation);
        Assert.Equal((drift.Tables, drift.Changes.Count), (result.Tables, result.Changes));
        return drift;
    }

    private async Task<TableMetadata> Table(string name) => (await (await warehouse.Site("Host=nowhere", Cancellation)).Load("public", name, Cancellation))!;

    private async Task<string[]> Tables() => [.. (await (await warehouse.Site("Host=nowhere", Cancellation)).LoadAll(Cancellation)).Keys.Select(k => k.Table).Order(StringComparer.Ordinal)];

    private static NestedField Field(Schema schema, string name) => schema.Fields.Single(f => f.Name == name);

    /// <summary>Keeps what is warned of.</summary>
    private sealed class Said : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> warnings = new();

        public IReadOnlyList<string> Warnings => [.. warnings];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                warnings.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
