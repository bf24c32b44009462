using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Migrations;

public sealed class LocalMigrationTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publishes_every_table_at_one_snapshot_and_proves_it()
    {
        string source = await postgres.CreateDatabaseAsync("local_migration", Cancellation);
        await Run(source, """
            CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, born date, tags text[]);
            CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint REFERENCES customers, total numeric(10, 2), placed timestamptz DEFAULT now());
            CREATE TABLE empty (a int);
            INSERT INTO customers SELECT i, 'name ' || i, date '2000-01-01' + i % 1000, CASE WHEN i % 3 = 0 THEN ARRAY['a', NULL, 'b'] END FROM generate_series(1, 5000) i;
            INSERT INTO orders SELECT i, 1 + i % 5000, i / 7.0 FROM generate_series(1, 20000) i;
            """);
        using var warehouse = new MigrationWarehouse();
        RunReport report = await warehouse.Migrate(source, new MigrationOptions(), Cancellation);
        Assert.All(report.Tables, t => Assert.True(t.Outcome == Outcome.Published, $"{t.Source}: {t.Error}"));
        Assert.Equal(Consistency.Database, report.Consistency);
        Assert.Equal(25_000, report.Rows);
        Assert.All(report.Tables, t => Assert.True(t.Verification!.Holds));
        Assert.Equal(["public.customers", "public.empty", "public.orders"], report.Tables.Select(t => t.Source).Order(StringComparer.Ordinal));

        RunReport again = await warehouse.Migrate(source, new MigrationOptions(), Cancellation);
        Assert.All(again.Tables, t => Assert.True(t.Outcome == Outcome.Unchanged, $"{t.Source}: {t.Outcome} {t.Error}"));
    }

    [Fact]
    public async Task A_partitioned_table_without_partitions_is_a_table_without_rows()
    {
        string source = await postgres.CreateDatabaseAsync("no_partitions", Cancellation);
        await Run(source, "CREATE TABLE root (a int) PARTITION BY LIST (a)");
        using var warehouse = new MigrationWarehouse();
        TableReport table = Assert.Single((await warehouse.Migrate(source, new MigrationOptions(), Cancellation)).Tables);
        Assert.True(table.Outcome == Outcome.Published, table.Error);
        Assert.Equal(0, table.Rows);
        Assert.True(table.Verification!.Holds);
    }

    [Fact]
    public async Task Carries_a_column_as_text_once_a_value_does_not_fit_and_remembers_it()
    {
        string source = await postgres.CreateDatabaseAsync("demotion", Cancellation);
        await Run(source, """
            CREATE TABLE t (id int PRIMARY KEY, d date, n numeric(6, 2), a int[], plain date);
            INSERT INTO t SELECT i, '2020-01-01', i, ARRAY[i], '2020-01-01' FROM generate_series(1, 100) i;
            INSERT INTO t VALUES (101, 'infinity', 1, '{1}', '2020-01-01'), (102, '2020-01-01', 'NaN', '{1}', '2020-01-01'), (103, '2020-01-01', 1, '{{1,2},{3,4}}', '2020-01-01');
            """);
        using var warehouse = new MigrationWarehouse();
        RunReport report = await warehouse.Migrate(source, new MigrationOptions(), Cancellation);
        TableReport table = Assert.Single(report.Tables);
        Assert.Equal(Outcome.Published, table.Outcome);
        Assert.Equal(["int", "string", "string", "string", "date"], table.Columns.Select(c => c.TargetType));
        Assert.Equal(103, table.Rows);

        await Run(source, "DELETE FROM t WHERE id > 100");
        RunReport later = await warehouse.Migrate(source, new MigrationOptions(), Cancellation);
        Assert.Equal(["int", "string", "string", "string", "date"], Assert.Single(later.Tables).Columns.Select(c => c.TargetType));
        Assert.Equal(Outcome.Published, later.Tables[0].Outcome);
        Assert.DoesNotContain(warehouse.Events.SkipWhile(e => e is not ProgressEvent.Publishing), e => e is ProgressEvent.Restarted);
    }

    [Theory]
    [InlineData("zz.*", "closed")]
    [InlineData("closed", "")]
    public async Task A_run_that_is_refused_before_it_copied_anything_leaves_no_record_and_frees_its_id(string include, string exclude)
    {
        string source = await postgres.CreateDatabaseAsync("withdrawn", Cancellation);
        string role = $"reader_{Guid.NewGuid():N}";
        await Run(source, $"CREATE TABLE open AS SELECT 1 AS id; CREATE TABLE closed (id int); CREATE ROLE {role} LOGIN PASSWORD 'p'; GRANT SELECT ON open TO {role}");
        string limited = new NpgsqlConnectionStringBuilder(source) { Username = role, Password = "p", Pooling = false }.ConnectionString;
        using var warehouse = new MigrationWarehouse();
        MigrationOptions options = new() { Include = [include], Exclude = exclude.Length == 0 ? [] : [exclude] };
        RunRecord record = MigrationWarehouse.New(limited, options);

        await Assert.ThrowsAsync<RunFailedException>(() => warehouse.Migrate(limited, record, Cancellation));

        Assert.Equal([Path.Combine(warehouse.Folder, "_mammoth", "catalog.json")], Directory.EnumerateFiles(warehouse.Folder, "*.json", SearchOption.AllDirectories));
        MigrationSite site = await warehouse.Site(limited, Cancellation);
        Assert.Empty(await RunIndex.Ids(site, Cancellation));
        Assert.Null(await RunRecord.TryRead(site, record.RunId, Cancellation));
        RunReport report = await warehouse.Migrate(limited, record with { Options = options with { Include = ["open"], Exclude = [] } }, Cancellation);
        Assert.Equal(record.RunId, report.RunId);
        Assert.Equal([record.RunId], await RunIndex.Ids(site, Cancellation));
        Assert.False(await RunRecord.Withdraw(site, record.RunId, Cancellation));
        Assert.NotNull(await RunRecord.TryRead(site, record.RunId, Cancellation));
        await Run(source, $"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Fact]
    public async Task Refuses_the_id_of_a_run_that_has_ended_since_its_files_are_published()
    {
        string source = await postgres.CreateDatabaseAsync("ended_run", Cancellation);
        await Run(source, "CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 10) i");
        using var warehouse = new MigrationWarehouse();
        RunReport report = await warehouse.Migrate(source, new MigrationOptions(), Cancellation);
        string[] files = Directory.GetFiles(Path.Combine(warehouse.Folder, "public", "t", "data"));
        MigrationSite site = await warehouse.Site(source, Cancellation);
        var local = new LocalMigration(site, Path.Combine(warehouse.Folder, "_mammoth", "local"));
        UsageException refused = await Assert.ThrowsAsync<UsageException>(
            () => local.Run(new RunRecord(report.RunId, new MigrationOptions(), site.SourceName, DateTimeOffset.UtcNow), Cancellation));
        Assert.Contains(report.RunId, refused.Message, StringComparison.Ordinal);
        Assert.Empty(local.Unfinished());
        Assert.Equal(files, Directory.GetFiles(Path.Combine(warehouse.Folder, "public", "t", "data")));
    }

    private static async Task Run(string source, string sql)
    {
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
