using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Connections;

namespace Mammoth.Tests.Connections;

/// <summary>Budgets of several processes over one warehouse: here several objects that know nothing of each other.</summary>
public sealed class ConnectionBudgetTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mammoth-budget-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_processes_never_hold_more_places_than_there_are()
    {
        int held = 0;
        int most = 0;
        int done = 0;
        ConnectionBudget[] processes = [.. Enumerable.Range(0, 4).Select(_ => Budget(3))];
        await Task.WhenAll(processes.SelectMany(p => Enumerable.Range(0, 5).Select(_ => Use(p))));
        Assert.Equal(20, done);
        Assert.Equal(0, held);
        Assert.InRange(most, 1, 3);

        async Task Use(ConnectionBudget budget)
        {
            await using ConnectionPlace place = await budget.Enter(Cancellation);
            int now = Interlocked.Increment(ref held);
            InterlockedMax(ref most, now);
            await Task.Delay(30, Cancellation);
            Interlocked.Decrement(ref held);
            Interlocked.Increment(ref done);
        }
    }

    [Fact]
    public async Task A_place_whose_process_died_is_taken_when_its_lease_has_run_out_and_not_before()
    {
        ConnectionBudget mine = Budget(1);
        Leave(mine, until: DateTimeOffset.UtcNow.AddHours(1));
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            patience.CancelAfter(TimeSpan.FromSeconds(1));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mine.Enter(patience.Token));
        }

        Leave(mine, until: DateTimeOffset.UtcNow.AddHours(-1));
        await using ConnectionPlace place = await mine.Enter(Cancellation);
        Assert.False(place.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_place_in_use_is_renewed_for_as_long_as_it_takes()
    {
        var lease = TimeSpan.FromSeconds(2);
        await using ConnectionPlace place = await Budget(1, lease).Enter(Cancellation);
        DateTimeOffset first = Until(0);
        await UntilTrue(() => Until(0) > first + lease);
        Assert.False(place.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Who_lost_a_place_to_another_is_told_and_does_not_take_it_back()
    {
        ConnectionBudget budget = Budget(1, TimeSpan.FromSeconds(2));
        ConnectionPlace place = await budget.Enter(Cancellation);
        Leave(budget, until: DateTimeOffset.UtcNow.AddHours(1));
        await UntilTrue(() => place.Lost.IsCancellationRequested);
        await place.DisposeAsync();
        Assert.True(Until(0) > DateTimeOffset.UtcNow.AddMinutes(30));
    }

    [Fact]
    public async Task A_place_given_back_is_free_at_once()
    {
        ConnectionBudget budget = Budget(1, TimeSpan.FromHours(1));
        for (int i = 0; i < 3; i++)
        {
            await using ConnectionPlace place = await budget.Enter(Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        }
    }

    public void Dispose() => folder.Delete(recursive: true);

    private ConnectionBudget Budget(int connections, TimeSpan? lease = null) => new(new LocalFileIO(), Root, connections, TimeProvider.System, lease);

    private string Root => new Uri(folder.FullName).AbsoluteUri;

    private string PathOf(int place) => Path.Combine(folder.FullName, "_mammoth", "connections", $"{place}.json");

    /// <summary>As a process left it, which is no more, or another process.</summary>
    private void Leave(ConnectionBudget budget, DateTimeOffset until)
    {
        Assert.EndsWith("_mammoth/connections/0.json", budget.Location(0), StringComparison.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(0))!);
        File.WriteAllText(PathOf(0), JsonSerializer.Serialize(new { holder = Guid.NewGuid(), until }));
    }

    private DateTimeOffset Until(int place)
    {
        using JsonDocument lease = JsonDocument.Parse(File.ReadAllText(PathOf(place)));
        return lease.RootElement.GetProperty("until").GetDateTimeOffset();
    }

    private static async Task UntilTrue(Func<bool> condition)
    {
        for (int i = 0; i < 600 && !condition(); i++)
        {
            await Task.Delay(100, Cancellation);
        }

        Assert.True(condition());
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = most; value > seen; seen = most)
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
