using Mammoth.Api.Json;
using Mammoth.Api.Problems;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Runs;

/// <summary>
/// Pauses, resumes and cancels runs, with all their instances. A paused run begins nothing new; what is under way ends, and the snapshot stays
/// held. A cancelled one is over: it stops what it does, publishes nothing, deletes what it wrote of tables, and is not resumed.
/// </summary>
internal static class RunControl
{
    /// <summary>A tree stops growing once its root is suspended, so few rounds see all of it.</summary>
    private const int Rounds = 5;

    public static async Task<IResult> Pause(ApiCall call, CancellationToken cancellation)
    {
        RunEntry entry = await Live(call, cancellation);

        // From the root down: what is suspended starts no more children.
        await Each(call, entry.Run, InstanceState.Running, call.Client.Suspend, cancellation);
        return await Status(call, entry, cancellation);
    }

    public static async Task<IResult> Resume(ApiCall call, CancellationToken cancellation)
    {
        RunEntry entry = await Live(call, cancellation);
        await Each(call, entry.Run, InstanceState.Suspended, call.Client.Resume, cancellation);
        await GoOn(call.Client, entry, cancellation);
        return await Status(call, entry, cancellation);
    }

    /// <summary>Tells an interrupted run that the cause may have passed.</summary>
    /// <returns>Whether it was interrupted.</returns>
    public static async Task<bool> GoOn(IOrchestrationClient client, RunEntry entry, CancellationToken cancellation)
    {
        if (RunReader.InterruptionOf(entry.Kind, await client.Status(entry.Run, cancellation)) is not { } interruption)
        {
            return false;
        }

        await client.Raise(entry.Run, new GoOn(interruption.Number), cancellation);
        return true;
    }

    public static async Task<IResult> Cancel(ApiCall call, CancellationToken cancellation)
    {
        RunEntry entry = await Live(call, cancellation);

        // A paused run hears nothing. The wish is handed over first, so that it is what the resumed run hears first.
        await call.Client.Cancel(entry.Run, cancellation);
        await Each(call, entry.Run, InstanceState.Suspended, call.Client.Resume, cancellation);
        return await Status(call, entry, cancellation);
    }

    private static async Task<RunEntry> Live(ApiCall call, CancellationToken cancellation)
    {
        RunEntry entry = await RunAnswers.Entry(call, cancellation);
        return await call.Client.Status(entry.Run, cancellation) switch
        {
            null => throw ProblemException.Conflict("elsewhere", $"Run {entry.Run} is not this server's.", "Ask the server, or the command line, that began it.", entry.Run),
            { HasEnded: true } => throw ProblemException.Conflict("ended", $"Run {entry.Run} has ended.", null, entry.Run),
            _ => entry,
        };
    }

    private static async Task Each(ApiCall call, string run, InstanceState from, Func<string, CancellationToken, Task> act, CancellationToken cancellation)
    {
        for (int round = 0; round < Rounds; round++)
        {
            var instances = new List<InstanceStatus>();
            if (await call.Client.Status(run, cancellation) is { } root)
            {
                instances.Add(root);
            }

            await foreach (InstanceStatus child in call.Client.List($"{run}.", cancellation))
            {
                instances.Add(child);
            }

            // Who holds the snapshot goes on while a run is paused: suspended, they would not be relieved.
            InstanceStatus[] todo = [.. instances.Where(i => i.State == from && (from != InstanceState.Running || i.Name != nameof(KeepSnapshot)))];
            if (todo.Length == 0)
            {
                return;
            }

            foreach (InstanceStatus instance in todo)
            {
                try
                {
                    await act(instance.InstanceId, cancellation);
                }
                catch (InstanceNotFoundException)
                {
                    // It ended just now.
                }
            }
        }
    }

    private static async Task<IResult> Status(ApiCall call, RunEntry entry, CancellationToken cancellation) =>
        new JsonAnswer<RunStatus>(StatusCodes.Status202Accepted, await RunReader.Read(call, entry, cancellation)) { Location = RunUrls.Of(call, entry.Run) };
}
