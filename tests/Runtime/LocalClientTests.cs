using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime;

public sealed class LocalClientTests : IDisposable
{
    private readonly LocalJournal journal = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => journal.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Pages_show_every_instance_of_a_prefix_once_and_in_order(int size)
    {
        await using var host = await journal.Open();
        var client = host;
        for (int i = 0; i < 7; i++)
            await client.Start<SumOfDoubles>($"sum-{i}", i, Cancellation);
        await client.Start<SumOfDoubles>("other", 1, Cancellation);

        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = await client.List("sum-", next, size, Cancellation);
            Assert.InRange(page.Instances.Count, 1, size);
            seen.AddRange(page.Instances.Select(s => s.InstanceId));
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(["sum-0", "sum-1", "sum-2", "sum-3", "sum-4", "sum-5", "sum-6"], seen);
    }

    [Fact]
    public async Task A_continuation_that_is_none_is_refused()
    {
        await using var host = await journal.Open();
        await Assert.ThrowsAsync<ArgumentException>(() => host.List("", "yesterday", 10, Cancellation));
    }

    [Fact]
    public async Task A_status_holds_what_the_instance_was_started_with_and_what_it_gave()
    {
        await using var host = await journal.Open();
        var client = host;
        await client.Start<SumOfDoubles>("sum", 3, Cancellation);
        await host.WaitForEnd("sum", Cancellation);
        var status = await client.Status("sum", Cancellation);
        Assert.Equal(3, status!.Input!.Value.GetInt32());
        Assert.Equal(12, status.Output!.Value.GetInt32());
        Assert.Null(await client.Status("none", Cancellation));
    }

    [Fact]
    public async Task An_id_at_work_is_a_conflict_and_an_ended_one_is_not()
    {
        await using var host = await journal.Open();
        var client = host;
        await client.Start<Decision>("one", default(Nothing), Cancellation);
        await Assert.ThrowsAsync<InstanceConflictException>(() => client.Start<Decision>("one", default(Nothing), Cancellation));
        await client.Cancel("one", Cancellation);
        Assert.True((await host.WaitForEnd("one", Cancellation)).Failure?.IsCancelled);
        await client.Start<Decision>("one", default(Nothing), Cancellation);
    }

    [Fact]
    public async Task Entities_are_read_and_signalled_by_type()
    {
        await using var host = await journal.Open();
        var client = host;
        Assert.Null(await client.ReadEntity(new EntityId(nameof(Notes), "k"), Cancellation));
        Assert.Empty((await client.Read<Notes>("k", Cancellation)).Numbers);
        await client.Signal<Notes>("k", n => n.Add(5, 1), Cancellation);
        await client.Signal<Notes>("k", n => n.Add(2, 2), Cancellation);
        Assert.Equal([5, 2, 2], (await client.Read<Notes>("k", Cancellation)).Numbers);
        Assert.Equal(JsonValueKind.Object, (await client.ReadEntity(new EntityId("NOTES", "k"), Cancellation))!.Value.ValueKind);
    }
}
