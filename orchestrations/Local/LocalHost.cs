using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Local;

/// <summary>
/// Runs orchestrations in this process, with a SQLite file as their journal. A process that was killed at any moment goes on from there
/// when the journal is opened again; activities that were at work then run once more.
/// </summary>
public sealed partial class LocalHost : IAsyncDisposable
{
    private readonly Engine engine;
    private readonly LocalOptions options;
    private readonly List<(string Prefix, Channel<InstanceStatus> Channel)> observers = [];
    private readonly Dictionary<string, List<TaskCompletionSource<InstanceStatus>>> waiters = [];
    private Task? stopped;

    private LocalHost(Engine engine, LocalOptions options)
    {
        this.engine = engine;
        this.options = options;
        engine.Changed += Publish;
    }

    /// <summary>Opens or creates a journal, and goes on with what has not ended in it.</summary>
    /// <exception cref="JournalException">It is in use by another process, damaged, or no journal.</exception>
    public static Task<LocalHost> Open(string path, Registry registry, LocalOptions? options = null, CancellationToken cancellation = default) => Open(path, null, registry, options, cancellation);

    /// <summary>The same, for whoever took the journal's lock before.</summary>
    internal static async Task<LocalHost> Open(string path, JournalLock? hold, Registry registry, LocalOptions? options, CancellationToken cancellation)
    {
        options ??= new LocalOptions();
        var journal = Journal.Open(path, options.Flush, hold);
        var host = new LocalHost(new Engine(journal, registry, options), options);
        try
        {
            await host.Ask(host.engine.Resume, cancellation).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts an orchestration. The id of one that has ended may be used again; its past is then forgotten.</summary>
    /// <exception cref="InstanceConflictException">One of that id is running.</exception>
    public Task Start<T>(string instanceId, object? input, CancellationToken cancellation = default)
        where T : Orchestration => Start(typeof(T).Name, instanceId, Payload.Of(input, Orchestration.InputOf(typeof(T))), cancellation);

    /// <inheritdoc cref="Start{T}(string, object?, CancellationToken)"/>
    public Task Start(string name, string instanceId, JsonElement input, CancellationToken cancellation = default) => Ask(
        () =>
        {
            if (engine.Live(instanceId) is not null)
                throw new InstanceConflictException(instanceId);
            engine.Start(instanceId, name, input.GetRawText(), null);
        },
        cancellation);

    /// <summary>Waits for an instance to end.</summary>
    /// <exception cref="FailureException">It failed, was cancelled or terminated.</exception>
    /// <exception cref="InstanceNotFoundException">There is none of that id.</exception>
    public async Task<TOut> WaitForCompletion<TOut>(string instanceId, CancellationToken cancellation = default)
    {
        var status = await WaitForEnd(instanceId, cancellation).ConfigureAwait(false);
        return status.Failure is { } failure ? throw new FailureException(failure) : Payload.To<TOut>(status.Output ?? Payload.Null);
    }

    /// <summary>Waits for an instance to end, however it ends.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id.</exception>
    public async Task<InstanceStatus> WaitForEnd(string instanceId, CancellationToken cancellation = default)
    {
        var end = new TaskCompletionSource<InstanceStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = engine.Loop.Broken.Register(() => end.TrySetException(engine.Loop.Fault()));
        await Ask(
            () =>
            {
                var row = engine.Journal.Find(instanceId) ?? throw new InstanceNotFoundException(instanceId);
                if (engine.Live(instanceId) is null)
                    end.TrySetResult(StatusOf(row));
                else if (waiters.TryGetValue(instanceId, out var others))
                    others.Add(end);
                else
                    waiters.Add(instanceId, [end]);
            },
            cancellation).ConfigureAwait(false);
        return await end.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Where an instance stands, or null where there is none.</summary>
    public Task<InstanceStatus?> Status(string instanceId, CancellationToken cancellation = default) =>
        engine.Loop.Ask(
            () => engine.Journal.Find(instanceId) is { } row
                ? StatusOf(row) with { Input = engine.Journal.Input(row) is { } input ? Payload.Parse(input) : null }
                : null,
            cancellation);

    /// <summary>All instances whose id starts with a prefix, the oldest first. A child's id starts with its parent's.</summary>
    public Task<IReadOnlyList<InstanceStatus>> List(string prefix = "", CancellationToken cancellation = default) =>
        engine.Loop.Ask<IReadOnlyList<InstanceStatus>>(() => [.. engine.Journal.List(prefix).Select(StatusOf)], cancellation);

    /// <summary>The statuses of the instances whose id starts with a prefix: as they are now, and each change of state, turn or custom status from here on.</summary>
    public async IAsyncEnumerable<InstanceStatus> Observe(string prefix = "", [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var changes = Channel.CreateUnbounded<InstanceStatus>();
        var observer = (prefix, changes);
        await Ask(
            () =>
            {
                foreach (var row in engine.Journal.List(prefix))
                    changes.Writer.TryWrite(StatusOf(row));
                observers.Add(observer);
            },
            cancellation).ConfigureAwait(false);
        using var registration = engine.Loop.Broken.Register(() => changes.Writer.TryComplete());
        try
        {
            await foreach (var status in changes.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
                yield return status;
        }
        finally
        {
            engine.Loop.Post(() => observers.Remove(observer));
        }
    }

    /// <summary>Sends an event, which is kept until the instance takes it.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id, or it has ended.</exception>
    public Task Raise<T>(string instanceId, T payload, CancellationToken cancellation = default)
        where T : IEvent => Raise(instanceId, typeof(T).Name, Payload.Of(payload), cancellation);

    /// <summary>Asks an instance and its children to end: their waits end, their activities are asked to stop, they tidy up and fail as cancelled.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id, or it has ended.</exception>
    public Task Cancel(string instanceId, CancellationToken cancellation = default) => Raise(instanceId, Turn.CancelEvent, Payload.Null, cancellation);

    /// <summary>Hands nothing to an instance until <see cref="Resume"/>; what it called goes on.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id, or it has ended.</exception>
    public Task Suspend(string instanceId, CancellationToken cancellation = default) =>
        Ask(() => engine.SetState(Live(instanceId), InstanceState.Suspended), cancellation);

    /// <summary>Ends a <see cref="Suspend"/>.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id, or it has ended.</exception>
    public Task Resume(string instanceId, CancellationToken cancellation = default) =>
        Ask(() => engine.SetState(Live(instanceId), InstanceState.Running), cancellation);

    /// <summary>The last resort: ends an instance and all its children at once, without tidying up.</summary>
    /// <exception cref="InstanceNotFoundException">None of them is running.</exception>
    public Task Terminate(string instanceId, string reason, CancellationToken cancellation = default) => Ask(
        () =>
        {
            var tree = engine.LiveTree(instanceId).ToArray();
            if (tree.Length == 0)
                throw NotLive(instanceId);
            foreach (var instance in tree)
                engine.End(instance, InstanceState.Terminated, null, new Failure("Terminated", reason));
        },
        cancellation);

    /// <summary>An entity's state.</summary>
    public Task<T> ReadEntity<T>(string key, CancellationToken cancellation = default)
        where T : class, IEntity, new() =>
        engine.Loop.Ask(() => Payload.To<T>(engine.Operate(new(typeof(T).Name, key), EntityOperation.Read, EntityOperation.NoArguments)), cancellation);

    /// <summary>Runs an operation of an entity.</summary>
    /// <exception cref="FailureException">It threw; the state is as before.</exception>
    public Task SignalEntity<T>(string key, Expression<Func<T, T>> operation, CancellationToken cancellation = default)
        where T : class, IEntity, new()
    {
        var (name, args) = EntityOperation.Of(operation);
        return engine.Loop.Ask(() => engine.Operate(new(typeof(T).Name, key), name, args), cancellation);
    }

    /// <summary>
    /// Stops: activities are asked to stop and waited for (<see cref="LocalOptions.StopGrace"/>), what they finished is journaled, the rest runs again
    /// when the journal is opened next.
    /// </summary>
    public Task Stop() => stopped ??= StopOnce();

    public async ValueTask DisposeAsync() => await Stop().ConfigureAwait(false);

    private static InstanceStatus StatusOf(InstanceRow row) => new(
        row.Id,
        row.Name,
        row.State,
        row.Turn,
        row.Created,
        row.Updated,
        row.Custom is { } custom ? Payload.Parse(custom) : null,
        row.Output is { } output ? Payload.Parse(output) : null,
        row.Failure is { } failure ? Payload.To<Failure>(Payload.Parse(failure)) : null);

    /// <summary>The same by name.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id, or it has ended.</exception>
    public Task Raise(string instanceId, string name, JsonElement payload, CancellationToken cancellation = default) =>
        Ask(() => engine.Append(Live(instanceId), DeliveryKind.Event, 0, name, payload.GetRawText()), cancellation);

    private Instance Live(string instanceId) => engine.Live(instanceId) ?? throw NotLive(instanceId);

    private InstanceNotFoundException NotLive(string instanceId) => new(instanceId, ended: engine.Journal.Find(instanceId) is not null);

    private Task<bool> Ask(Action action, CancellationToken cancellation) => engine.Loop.Ask(
        () =>
        {
            action();
            return true;
        },
        cancellation);

    private void Publish(InstanceRow row)
    {
        bool ended = row.State >= InstanceState.Completed;
        var interested = observers.Where(o => row.Id.StartsWith(o.Prefix, StringComparison.Ordinal)).ToArray();
        var waiting = ended && waiters.Remove(row.Id, out var list) ? list : [];
        if (interested.Length + waiting.Count == 0)
            return;
        var status = StatusOf(row);
        foreach (var (_, channel) in interested)
            channel.Writer.TryWrite(status);
        foreach (var waiter in waiting)
            waiter.TrySetResult(status);
    }

    private async Task StopOnce()
    {
        try
        {
            var idle = await engine.Loop.Ask(engine.Activities.Stop).ConfigureAwait(false);
            await idle.WaitAsync(options.StopGrace, options.Time).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or ObjectDisposedException || e == engine.Loop.Fault())
        {
            // An activity that does not stop runs into its end on its own, and runs again next time; a broken journal was reported to those who waited.
        }

        engine.Loop.Complete();
        await engine.Loop.Ended.ConfigureAwait(false);
        engine.Dispose();
        engine.Journal.Dispose();
    }
}
