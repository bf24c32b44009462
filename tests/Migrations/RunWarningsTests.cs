using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Tests.Migrations;

/// <summary>What a run keeps of what a person should know.</summary>
public sealed class RunWarningsTests
{
    private const string Run = "20260301T120000-abcdef";
    private const string Nowhere = "Host=127.0.0.1;Port=1;Database=shop";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_warning_is_told_to_who_watches_and_kept_in_the_runs_folder()
    {
        using var warehouse = new MigrationWarehouse();
        MigrationSite site = await warehouse.Site(Nowhere, Cancellation);
        await RunWarnings.Tell(site, Run, "one");
        await RunWarnings.Tell(site, Run, "two", "three");
        Assert.Equal(["one", "two", "three"], (await RunWarnings.Read(site, Run, Cancellation)).Select(w => w.Message));
        Assert.All(warehouse.Events, e => Assert.Equal(Run, Assert.IsType<ProgressEvent.Warning>(e).Run));
        Assert.Equal(3, warehouse.Events.Count);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(warehouse.Folder, "_mammoth", "runs", Run, "warnings")).Length);
        Assert.Empty(await RunWarnings.Read(site, "another", Cancellation));
    }

    [Fact]
    public async Task However_many_there_are_few_are_kept_and_the_last_says_so()
    {
        using var warehouse = new MigrationWarehouse();
        MigrationSite site = await warehouse.Site(Nowhere, Cancellation);
        await RunWarnings.Tell(site, Run, [.. Enumerable.Range(1, 20).Select(i => $"first {i}")]);
        await RunWarnings.Tell(site, Run, [.. Enumerable.Range(1, 20).Select(i => $"then {i}")]);
        await RunWarnings.Tell(site, Run, "late");
        await RunWarnings.Tell(site, Run, new string('x', 100_000));
        IReadOnlyList<RunWarning> kept = await RunWarnings.Read(site, Run, Cancellation);
        Assert.Equal(RunWarnings.Most, kept.Count);
        Assert.Equal("first 1", kept[0].Message);
        Assert.StartsWith("More warnings came", kept[^1].Message, StringComparison.Ordinal);
        Assert.Equal(42, warehouse.Events.Count);
    }

    [Fact]
    public async Task A_store_that_refuses_fails_nothing_and_is_told_of()
    {
        using var warehouse = new MigrationWarehouse();
        MigrationSite site = await warehouse.Site(Nowhere, Cancellation);
        warehouse.Store.BeforeWrite = _ => throw new IOException("the disk is full");
        await RunWarnings.Tell(site, Run, "one");
        Assert.Equal(["one", "A warning of the run could not be kept in the warehouse: the disk is full"], warehouse.Events.OfType<ProgressEvent.Warning>().Select(w => w.Message));
        Assert.Empty(await RunWarnings.Read(site, Run, Cancellation));
    }

    [Fact]
    public async Task A_long_message_is_cut_where_it_is_kept()
    {
        using var warehouse = new MigrationWarehouse();
        MigrationSite site = await warehouse.Site(Nowhere, Cancellation);
        await RunWarnings.Tell(site, Run, new string('x', 100_000));
        Assert.Equal(2001, Assert.Single(await RunWarnings.Read(site, Run, Cancellation)).Message.Length);
    }
}
