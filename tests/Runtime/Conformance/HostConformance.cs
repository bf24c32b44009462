using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime.Conformance;

/// <summary>What every host must do. A host's own class says how to reach it.</summary>
/// <remarks>
/// Unstable code is not among it. A host only notices it when it runs the code again, and when that is differs: the local runtime does after a restart
/// (or always, with <c>ReplayAlways</c>), others whenever they have let go of an instance. What they then do is theirs too: the local runtime fails the
/// instance with <c>NonDeterminism</c> and names both calls, others with words of their own. So <see cref="ReplayTests"/> holds the local runtime
/// alone to it, and holds every probe here to asking for the same calls from every beginning of its history, which is what other hosts rely on.
/// </remarks>
public abstract class HostConformance
{
    protected abstract Task<IConformanceHost> Host();

    [Theory]
    [MemberData(nameof(Scenario.Titles), MemberType = typeof(Scenario))]
    public async Task Ends_as_on_every_other_host(string title)
    {
        await using var host = await Host();
        var scenario = Scenario.All[title];
        string id = Id();
        await host.Start(scenario.Orchestration, id, scenario.Input);
        Assert.Equal(scenario.End, (await host.WaitForEnd(id)).ToString());
    }

    [Fact]
    public async Task Hands_over_a_failure_with_all_it_knows()
    {
        await using var host = await Host();
        string id = Id();
        await host.Start(nameof(ThrowGrandchild), id, Payload.Of("rich"));
        var ended = await host.WaitForEnd(id);
        Assert.Equal(Payload.Of(Throw.Rich).GetRawText(), Payload.Of(ended.Failure).GetRawText());
    }

    [Fact]
    public async Task Refuses_an_id_that_is_running_and_takes_one_that_has_ended()
    {
        await using var host = await Host();
        string id = Id();
        await host.Start(nameof(Decision), id, Payload.Of(default(Nothing)));
        await Assert.ThrowsAsync<InstanceConflictException>(() => host.Start(nameof(Decision), id, Payload.Of(default(Nothing))));
        await Approve(host, id, true);
        Assert.Equal("Completed true", (await host.WaitForEnd(id)).ToString());
        await host.Start(nameof(SumOfDoubles), id, Payload.Of(2));
        Assert.Equal("Completed 6", (await host.WaitForEnd(id)).ToString());
    }

    [Fact]
    public async Task Refuses_an_event_to_an_absent_instance()
    {
        await using var host = await Host();
        await Assert.ThrowsAsync<InstanceNotFoundException>(() => Approve(host, Id(), true));
    }

    [Fact]
    public async Task Takes_events_by_name_whatever_their_case()
    {
        await using var host = await Host();
        string id = Id();
        await host.Start(nameof(Decision), id, Payload.Of(default(Nothing)));
        await host.Raise(id, "APPROVAL", Payload.Of(new Approval(true)));
        Assert.Equal("Completed true", (await host.WaitForEnd(id)).ToString());
    }

    [Fact]
    public async Task Holds_back_events_while_suspended_and_hands_them_over_when_resumed()
    {
        await using var host = await Host();
        string id = Id();
        await host.Start(nameof(Decision), id, Payload.Of(default(Nothing)));
        await Until(async () => await host.Custom(id) is not null);
        await host.Suspend(id);
        await Until(async () => await host.State(id) == InstanceState.Suspended);
        await Approve(host, id, true);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Equal(InstanceState.Suspended, await host.State(id));
        await host.Resume(id);
        Assert.Equal("Completed true", (await host.WaitForEnd(id)).ToString());
    }

    [Fact]
    public async Task Terminates()
    {
        await using var host = await Host();
        string id = Id();
        await host.Start(nameof(Decision), id, Payload.Of(default(Nothing)));
        await Until(async () => await host.Custom(id) is not null);
        await host.Terminate(id);
        Assert.Equal(InstanceState.Terminated, (await host.WaitForEnd(id)).State);
    }

    [Fact]
    public async Task Cancels_from_outside()
    {
        await using var host = await Host();
        string id = Id();
        await host.Start(nameof(Decision), id, Payload.Of(default(Nothing)));
        await host.Cancel(id);
        Assert.Equal("Failed Cancelled", (await host.WaitForEnd(id)).ToString());
    }

    [Fact]
    public async Task Shows_the_custom_status()
    {
        await using var host = await Host();
        string id = Id();
        await host.Start(nameof(Decision), id, Payload.Of(default(Nothing)));
        await Until(async () => await host.Custom(id) is not null);
        Assert.Equal("\"waiting\"", (await host.Custom(id))!.Value.GetRawText());
        await Approve(host, id, false);
        Assert.Equal("Completed false", (await host.WaitForEnd(id)).ToString());
    }

    private static string Id() => $"probe-{Guid.NewGuid():N}";

    private static Task Approve(IConformanceHost host, string id, bool granted) =>
        host.Raise(id, nameof(Approval), JsonSerializer.SerializeToElement(new Approval(granted), Payload.Options));

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (int i = 0; i < 600; i++)
        {
            if (await condition())
                return;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail("It did not come about within 30 seconds.");
    }
}
