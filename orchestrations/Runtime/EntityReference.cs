using System.Linq.Expressions;
using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>An entity as an orchestration sees it. Operations are expressions of one method call: <c>entity.Signal(c =&gt; c.Advance(to, rows))</c>.</summary>
public sealed class EntityReference<T>
    where T : class, IEntity, new()
{
    private readonly Turn turn;

    internal EntityReference(Turn turn, EntityId id)
    {
        this.turn = turn;
        Id = id;
    }

    public EntityId Id { get; }

    /// <summary>Sends an operation and doesn't wait. One caller's operations keep their order; a failed one is silent.</summary>
    public void Signal(Expression<Func<T, T>> operation)
    {
        var (name, args) = EntityOperation.Of(operation);
        turn.SignalEntity(Id, name, args);
    }

    /// <summary>The state after the operation.</summary>
    /// <exception cref="FailureException">The operation threw; the state is as before.</exception>
    public async Task<T> Call(Expression<Func<T, T>> operation) => Payload.To<T>(await Send(operation));

    /// <summary>The answer to a question; the state stays.</summary>
    /// <exception cref="FailureException">The operation threw.</exception>
    public async Task<TResult> Call<TResult>(Expression<Func<T, TResult>> operation) => Payload.To<TResult>(await Send(operation));

    /// <summary>The result of an operation that returns <c>(next, result)</c>.</summary>
    /// <exception cref="FailureException">The operation threw; the state is as before.</exception>
    public async Task<TResult> Call<TResult>(Expression<Func<T, (T Next, TResult Result)>> operation) => Payload.To<TResult>(await Send(operation));

    /// <summary>The state.</summary>
    public async Task<T> Read() => Payload.To<T>(await turn.CallEntity(Id, EntityOperation.Read, EntityOperation.NoArguments));

    /// <summary>Forgets the state, without waiting.</summary>
    public void Delete() => turn.SignalEntity(Id, EntityOperation.Delete, EntityOperation.NoArguments);

    private Task<JsonElement> Send(LambdaExpression operation)
    {
        var (name, args) = EntityOperation.Of(operation);
        return turn.CallEntity(Id, name, args);
    }
}
