using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// Which orchestrations, activities and entities there are, by the names of their types (case ignored), and how an activity is made:
/// the host's delegate gives it its constructor's arguments, from a container or without one.
/// </summary>
public sealed class Registry
{
    private readonly Dictionary<string, Func<Orchestration>> orchestrations = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<Activity>> activities = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Type> entities = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Func<Exception, Failure?>> classifiers = [];

    /// <summary>The names of all orchestrations.</summary>
    public IReadOnlyCollection<string> Orchestrations => orchestrations.Keys;

    /// <summary>The names of all activities.</summary>
    public IReadOnlyCollection<string> Activities => activities.Keys;

    /// <summary>The names of all entities.</summary>
    public IReadOnlyCollection<string> Entities => entities.Keys;

    /// <param name="name">Where it is not its type's: the one under which older journals know it.</param>
    public Registry AddOrchestration<T>(string? name = null)
        where T : Orchestration, new()
    {
        orchestrations.Add(name ?? typeof(T).Name, () => new T());
        return this;
    }

    public Registry AddActivity<T>()
        where T : Activity, new() => AddActivity(() => new T());

    /// <param name="create">Makes the activity, once for each run of it.</param>
    public Registry AddActivity<T>(Func<T> create)
        where T : Activity
    {
        activities.Add(typeof(T).Name, create);
        return this;
    }

    /// <exception cref="ArgumentException">Two operations have one name.</exception>
    public Registry AddEntity<T>()
        where T : class, IEntity, new()
    {
        var twice = EntityTransition.Operations(typeof(T)).GroupBy(m => m.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new ArgumentException($"The entity {typeof(T).Name} has two operations called '{twice.Key}': operations are found by name, so each needs its own.");
        entities.Add(typeof(T).Name, typeof(T));
        return this;
    }

    /// <summary>How exceptions become failures: the first classifier with an answer decides, the one added last asked first.</summary>
    public Registry Classify(Func<Exception, Failure?> classifier)
    {
        classifiers.Insert(0, classifier);
        return this;
    }

    /// <summary>A new orchestration for one turn, or null where the name is unknown.</summary>
    public Orchestration? CreateOrchestration(string name) => orchestrations.TryGetValue(name, out var create) ? create() : null;

    /// <summary>The type of an entity, or null where the name is unknown.</summary>
    public Type? EntityType(string name) => entities.GetValueOrDefault(name);

    /// <summary>Runs an activity as a host received it from <see cref="IOrchestrationPort.CallActivity"/>.</summary>
    /// <exception cref="FailureException">It failed, or there is no such activity.</exception>
    public async Task<JsonElement> RunActivity(string name, JsonElement call, string instanceId, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            if (!activities.TryGetValue(name, out var create))
                throw new FailureException(Unknown("activity", name));
            var (attempt, input) = Payload.To<ActivityCall>(call);
            var activity = create();
            try
            {
                return await activity.Invoke(new ActivityContext(instanceId, attempt, logger, cancellation), input);
            }
            finally
            {
                await Dispose(activity);
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            // Nobody asked for it: this is how HttpClient and sockets report a timeout.
            throw new FailureException(Classified(e) ?? new("Timeout", e.Message, Transient: true), e);
        }
        catch (Exception e) when (e is not FailureException)
        {
            throw new FailureException(FailureOf(e), e);
        }
    }

    /// <summary>Runs an operation of an entity.</summary>
    /// <exception cref="FailureException">It failed, or there is no such entity; the state is as before.</exception>
    public (JsonElement? State, JsonElement Result) RunEntity(EntityId id, JsonElement? state, string operation, JsonElement args)
    {
        try
        {
            return EntityTransition.Apply(EntityType(id.Name) ?? throw new FailureException(Unknown("entity", id.Name)), state, operation, args);
        }
        catch (Exception e) when (e is not FailureException)
        {
            throw new FailureException(FailureOf(e), e);
        }
    }

    /// <summary>What goes up in place of an exception.</summary>
    public Failure FailureOf(Exception exception) => exception switch
    {
        FailureException failed => failed.Failure,
        _ when Classified(exception) is { } classified => classified,
        OperationCanceledException { InnerException: FailureException { Failure.IsCancelled: true } cancelled } => cancelled.Failure,
        OperationCanceledException => new(Failure.CancelledType, exception.Message),
        _ => new(
            exception.GetType().Name,
            exception.Message,
            Code: (exception as DbException)?.SqlState,
            Transient: exception is TimeoutException or SocketException or HttpRequestException or DbException { IsTransient: true },
            Cause: exception.InnerException is { } inner ? FailureOf(inner) : null),
    };

    /// <summary>What a call of a name fails with that nobody has.</summary>
    public static Failure Unknown(string kind, string name) =>
        new("UnknownName", $"There is no {kind} called '{name}'. It was renamed or not registered; the version of Mammoth that started this run may know it.");

    private static ValueTask Dispose(Activity activity)
    {
        if (activity is IAsyncDisposable later)
            return later.DisposeAsync();
        (activity as IDisposable)?.Dispose();
        return ValueTask.CompletedTask;
    }

    private Failure? Classified(Exception exception) => classifiers.Select(c => c(exception)).FirstOrDefault(f => f is not null);
}
