using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Types;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Npgsql;

namespace Mammoth.Tests.Copying;

/// <summary>Whole migrations of tables with values that don't fit.</summary>
public sealed class UnfitMigrationTests(PostgresFixture postgres)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_table_starts_again_once_however_many_columns_turn_out_not_to_fit()
    {
        string source = await SourceAsync("""
            CREATE TABLE t (id int PRIMARY KEY, a date, b timestamp, c numeric(6, 2), d int[], e time, f timestamptz, g date);
            INSERT INTO t SELECT i, '2020-01-01', '2020-01-01', i, ARRAY[i], '12:00', '2020-01-01', '2020-01-01' FROM generate_series(1, 3000) i;
            UPDATE t SET a = 'infinity', b = '-infinity', c = 'NaN' WHERE id = 10;
            UPDATE t SET d = '{{1,2},{3,4}}', e = '24:00' WHERE id = 1500;
            UPDATE t SET f = '0044-03-15 BC' WHERE id = 2999;
            """);
        using var warehouse = new MigrationWarehouse();
        TableReport table = Assert.Single((await warehouse.Migrate(source, new MigrationOptions(), Cancel)).Tables);
        Assert.True(table.Outcome == Outcome.Published, table.Error);
        Assert.Equal(["int", "string", "string", "string", "string", "string", "string", "date"], table.Columns.Select(c => c.TargetType));
        Assert.Equal((3000, true), (table.Rows, table.Verification!.Holds));
        ProgressEvent.Restarted restarted = Assert.Single(warehouse.Events.OfType<ProgressEvent.Restarted>());
        Assert.Contains("a, b, c, d, e, f", restarted.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_unfit_for_a_column_that_becomes_text_and_for_one_in_quarantine_goes_to_quarantine_once()
    {
        string source = await SourceAsync("""
            CREATE TABLE t (id int PRIMARY KEY, aside date, as_text date);
            INSERT INTO t VALUES (1, '2020-01-01', '2020-01-01'), (2, 'infinity', '2020-01-01'), (3, 'infinity', 'infinity'), (4, '2020-01-01', '-infinity');
            """);
        using var warehouse = new MigrationWarehouse();
        TableReport table = Assert.Single((await warehouse.Migrate(source, With(new() { Policies = new Dictionary<string, TypePolicy> { ["aside"] = TypePolicy.Quarantine } }), Cancel)).Tables);
        Assert.True(table.Outcome == Outcome.Published, table.Error);
        Assert.Equal(["int", "date", "string"], table.Columns.Select(c => c.TargetType));
        Assert.Equal((2, 2), (table.Rows, table.QuarantinedRows));
    }

    [Fact]
    public async Task A_policy_that_fails_is_heeded_although_an_earlier_column_of_the_row_only_becomes_text()
    {
        string source = await SourceAsync("CREATE TABLE t (id int, lenient date, strict date); INSERT INTO t VALUES (1, 'infinity', 'infinity')");
        using var warehouse = new MigrationWarehouse();
        TableReport table = Assert.Single((await warehouse.Migrate(source, With(new() { Policies = new Dictionary<string, TypePolicy> { ["strict"] = TypePolicy.Fail } }), Cancel)).Tables);
        Assert.Equal(Outcome.Failed, table.Outcome);
        Assert.Contains("strict", table.Error, StringComparison.Ordinal);
        Assert.Contains("infinity", table.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_rows_arrive_in_quarantine_where_hardly_any_fits()
    {
        const int Rows = 200_000;
        string source = await SourceAsync($"""
            CREATE TABLE t (id int PRIMARY KEY, d date);
            INSERT INTO t SELECT i, CASE WHEN i = 77777 THEN '2020-01-01' ELSE 'infinity'::date END FROM generate_series(1, {Rows}) i;
            """);
        using var warehouse = new MigrationWarehouse();
        TableReport table = Assert.Single((await warehouse.Migrate(source, With(new() { Policy = TypePolicy.Quarantine }), Cancel)).Tables);
        Assert.True(table.Outcome == Outcome.Published, table.Error);
        Assert.Equal((1L, Rows - 1L, true), (table.Rows, table.QuarantinedRows, table.Verification!.Holds));
        var quarantine = await (await warehouse.Site(source, Cancel)).Load("mammoth", "quarantine", Cancel);
        Assert.Equal((Rows - 1).ToString(System.Globalization.CultureInfo.InvariantCulture), quarantine!.CurrentSnapshot!.Summary["total-records"]);
    }

    [Fact]
    public async Task Rows_in_quarantine_are_not_written_anew_by_a_run_that_finds_the_same()
    {
        string source = await SourceAsync("CREATE TABLE t (id int, d date); INSERT INTO t VALUES (1, 'infinity'), (2, '2020-01-01'), (3, 'infinity')");
        using var warehouse = new MigrationWarehouse();
        MigrationOptions options = With(new() { Policy = TypePolicy.Quarantine });
        await warehouse.Migrate(source, options, Cancel);
        Assert.Equal(Outcome.Unchanged, Assert.Single((await warehouse.Migrate(source, options, Cancel)).Tables).Outcome);
        await RunAsync(source, "UPDATE t SET d = '2021-01-01' WHERE id = 3");
        TableReport table = Assert.Single((await warehouse.Migrate(source, options, Cancel)).Tables);
        Assert.Equal((Outcome.Published, 2L, 1L), (table.Outcome, table.Rows, table.QuarantinedRows));
    }

    private static MigrationOptions With(TableSettings settings) => new() { Tables = new Dictionary<string, TableSettings> { ["public.t"] = settings } };

    private async Task<string> SourceAsync(string sql)
    {
        string source = await postgres.CreateDatabaseAsync("unfit_migration", Cancel);
        await RunAsync(source, sql);
        return source;
    }

    private static async Task RunAsync(string source, string sql)
    {
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
