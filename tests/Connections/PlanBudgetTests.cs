using Mammoth.Iceberg.IO;
using Mammoth.Migration.Connections;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Npgsql;

namespace Mammoth.Tests.Connections;

/// <summary>Plans that many ask for at a time take their connections from the budget of the reads.</summary>
public sealed class PlanBudgetTests(PostgresFixture postgres) : IDisposable
{
    private readonly MigrationWarehouse warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Fact]
    public async Task Plans_at_the_same_time_hold_no_more_connections_than_there_are_places()
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "plan_budget", "CREATE TABLE t(id int);", Cancellation);
        string own = source.As(c => (c.Pooling, c.ApplicationName) = (false, "planner"));
        MigrationSite[] processes = [await Site(own, 2), await Site(own, 2)];
        Task plans = Task.WhenAll(Enumerable.Range(0, 12).Select(i => CurrentPlan.Make(processes[i % 2], new MigrationOptions(), patience: null, Cancellation)));
        int most = 0;
        await using (NpgsqlConnection watching = await source.Open(Cancellation))
        {
            while (!plans.IsCompleted)
            {
                await using NpgsqlCommand command = new("SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'planner'", watching);
                most = Math.Max(most, (int)(await command.ExecuteScalarAsync(Cancellation))!);
            }
        }

        await plans;
        Assert.InRange(most, 0, 2);
    }

    [Fact]
    public async Task Who_can_not_wait_is_told_that_all_connections_are_in_use_and_another_time_is_answered()
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "plan_budget", "CREATE TABLE t(id int);", Cancellation);
        MigrationSite site = await Site(source.ConnectionString, 1);
        await using (ConnectionPlace copy = await site.Budget!.Enter(Cancellation))
        {
            TransientException busy = await Assert.ThrowsAsync<TransientException>(() => CurrentPlan.Make(site, new MigrationOptions(), TimeSpan.FromSeconds(1), Cancellation));
            Assert.Contains("in use", busy.Message, StringComparison.Ordinal);
        }

        MigrationPlan plan = await CurrentPlan.Make(site, new MigrationOptions(), TimeSpan.FromMinutes(1), Cancellation);
        Assert.Equal("t", Assert.Single(plan.Tables).Name);
    }

    private async Task<MigrationSite> Site(string source, int connections)
    {
        MigrationSite site = await warehouse.Site(source, Cancellation);
        return new(source, site.Io, site.Catalog, site.Progress) { Budget = new ConnectionBudget(new LocalFileIO(), warehouse.Root, connections, TimeProvider.System) };
    }
}
