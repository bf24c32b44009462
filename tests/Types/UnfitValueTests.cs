using Mammoth.Iceberg.Scans;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Types;
using Mammoth.Tests.Data;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Mammoth.Tests.Types.Values;
using Npgsql;

namespace Mammoth.Tests.Types;

/// <summary>Random values that have no exact form among those that have, under each policy: none is changed, none is lost.</summary>
public sealed class UnfitValueTests(PostgresFixture postgres)
{
    private const int Rows = 300;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TypePolicy.String)]
    [InlineData(TypePolicy.Fail)]
    [InlineData(TypePolicy.Quarantine)]
    public async Task Each_type_fares_as_its_policy_says(TypePolicy policy)
    {
        Random random = TestSeed.For($"unfit {policy}");
        await Fares([
            .. UnfitCase.All.Values.Select(c => new UnfitTable("unfit", c.Name, [(c, policy)], Rows, 5, random)),
            new UnfitTable("unfit", "all fit", [.. UnfitCase.All.Values.Select(c => (c, policy))], Rows, 0, random),
        ]);
    }

    [Fact]
    public async Task Columns_of_mixed_policies_fare_each_by_its_own()
    {
        Random random = TestSeed.For("unfit mixtures");
        UnfitCase[] cases = [.. UnfitCase.All.Values];
        TypePolicy Policy() => random.Next(12) switch { 0 => TypePolicy.Fail, < 6 => TypePolicy.Quarantine, _ => TypePolicy.String };
        await Fares([.. Enumerable.Range(0, 16).Select(i => new UnfitTable(
            "unfit", $"t{i}", [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (random.Pick(cases), Policy()))], random.Next(1, Rows), random.Pick(0, 3, 20, 150), random))]);
    }

    private async Task Fares(IReadOnlyList<UnfitTable> tables)
    {
        string source = await postgres.CreateDatabaseAsync("unfit_values", Cancellation);
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancellation);
        await Run(connection, $"CREATE SCHEMA unfit; {UnfitCase.Setup}");
        foreach (UnfitTable table in tables)
            await table.Create(connection, Cancellation);
        await Run(connection, PostgresText.Session);

        using var warehouse = new MigrationWarehouse();
        RunReport report = await warehouse.Migrate(
            source,
            new MigrationOptions { OnError = OnError.Continue, Tables = tables.ToDictionary(t => $"{t.Schema}.{t.Name}", t => new TableSettings { Policies = t.Policies }) },
            Cancellation);
        foreach (UnfitTable table in tables)
        {
            TableReport reported = report.Tables.Single(t => t.Name == table.Name);
            if (table.Fails)
                await IsRefused(warehouse, source, reported);
            else
                await IsPublished(warehouse, source, connection, table, reported);
        }
    }

    private static async Task IsRefused(MigrationWarehouse warehouse, string source, TableReport reported)
    {
        Assert.True(reported.Outcome == Outcome.Failed, $"{reported.Name} ended as {reported.Outcome}, and should have failed {TestSeed.Told}");
        Assert.Matches(@"\bc\d\b", reported.Error);
        Assert.Null(await (await warehouse.Site(source, Cancellation)).Load(reported.Namespace, reported.Name, Cancellation));
    }

    private static async Task IsPublished(MigrationWarehouse warehouse, string source, NpgsqlConnection connection, UnfitTable table, TableReport reported)
    {
        Assert.True(reported.Outcome == Outcome.Published, $"{reported.Name}: {reported.Error} {TestSeed.Told}");
        string told = $"{reported.Name} {TestSeed.Told}";
        Assert.Equal((told, string.Join(", ", table.Targets)), (told, string.Join(", ", reported.Columns.Select(c => c.TargetType))));
        Assert.Equal((told, table.Rows - table.Aside.Count, table.Aside.Count), (told, (int)reported.Rows, (int)reported.QuarantinedRows));
        Assert.True(reported.Verification!.Holds, told);

        var site = await warehouse.Site(source, Cancellation);
        var metadata = await site.Load(reported.Namespace, reported.Name, Cancellation);
        var rows = await WarehouseRows.Read(warehouse.Store, metadata!, new PgLiteral(), Cancellation);
        Assert.Empty(await SourceComparison.Differences(source, table.Relation, table.Compared, rows, $"NOT {table.IsAside}", Cancellation));

        List<object?[]> aside = [];
        if (await site.Load("mammoth", "quarantine", Cancellation) is { } quarantine)
        {
            var scan = new TableScan(warehouse.Store, quarantine);
            await foreach (var batch in scan.Read(Cancellation))
                using (batch)
                    aside.AddRange(ArrowRows.FromBatch(scan.Schema, batch).Where(row => (string)row[2]! == $"{reported.Namespace}.{reported.Name}"));
        }

        Assert.All(aside, row => Assert.Equal(TypePolicy.Quarantine, table.Policies[(string)row[5]!]));
        Assert.All(aside, row => Assert.NotEmpty((string)row[6]!));
        Assert.All(aside, row => Assert.Equal((reported.Source, null), ((string)row[3]!, row[4])));
        Assert.Equal(
            (told, string.Join('\n', await table.Printed(connection, Cancellation))),
            (told, string.Join('\n', aside.Select(row => $"{row[5]} {row[7]}").Order(StringComparer.Ordinal))));
        Assert.Equal((told, 0L), (told, await table.Missing(connection, aside.Select(row => (byte[])row[9]!), Cancellation)));
    }

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
