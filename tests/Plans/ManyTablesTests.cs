using System.Diagnostics;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Plans;

/// <summary>A database of ten thousand tables.</summary>
public sealed class ManyTablesTests(PostgresFixture postgres)
{
    private const int Tables = 10_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_tables_are_planned_in_seconds()
    {
        string source = await postgres.CreateDatabaseAsync("ten_thousand", Cancellation);
        await using (var connection = new NpgsqlConnection(source))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = new NpgsqlCommand(
                $"""
                DO $$ BEGIN
                    FOR i IN 1..{Tables} LOOP
                        EXECUTE format('CREATE TABLE t%s (id bigint, parent bigint, name text, at timestamptz, amount numeric(10, 2))', i);
                        IF i % 200 = 0 THEN COMMIT; END IF;
                    END LOOP;
                END $$
                """,
                connection)
            { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        var watch = Stopwatch.StartNew();
        MigrationPlan plan = await CurrentPlan.Make(source, new Dictionary<(string, string), TableMetadata>(), new MigrationOptions(), Cancellation);
        watch.Stop();
        TestContext.Current.SendDiagnosticMessage($"{Tables:N0} tables were planned in {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.Equal(Tables, plan.Tables.Count);
        Assert.All(plan.Tables, t => Assert.Equal((1, SizeClass.Small, 5), (t.Chunks.Count, t.Class, t.Columns.Count)));

        // Two seconds on two quiet cores.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }
}
