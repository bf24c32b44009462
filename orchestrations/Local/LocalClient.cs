using System.Globalization;
using System.Text.Json;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Local;

/// <content>The host as its clients see it.</content>
public sealed partial class LocalHost : IOrchestrationClient
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The continuation is none that this host gave.</exception>
    public Task<InstancePage> List(string prefix, string? continuation, int size, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        (long created, string id) = continuation is null ? (-1, "") : Position(continuation);
        return engine.Loop.Ask(
            () =>
            {
                IReadOnlyList<InstanceRow> rows = engine.Journal.Page(prefix, created, id, size + 1);
                string? next = rows.Count > size ? string.Create(CultureInfo.InvariantCulture, $"{rows[size - 1].Created.UtcTicks}|{rows[size - 1].Id}") : null;
                return new InstancePage([.. rows.Take(size).Select(StatusOf)], next);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<JsonElement?> ReadEntity(EntityId entity, CancellationToken cancellation = default) =>
        engine.Loop.Ask<JsonElement?>(() => engine.Journal.EntityState(entity.Name, entity.Key) is { } state ? Payload.Parse(state) : null, cancellation);

    /// <inheritdoc/>
    /// <exception cref="FailureException">The operation threw; the state is as before.</exception>
    public Task SignalEntity(EntityId entity, string operation, JsonElement args, CancellationToken cancellation = default) =>
        engine.Loop.Ask(() => engine.Operate(entity, operation, args), cancellation);

    private static (long Created, string Id) Position(string continuation) =>
        continuation.Split('|', 2) is [var created, var id] && long.TryParse(created, CultureInfo.InvariantCulture, out long ticks)
            ? (ticks, id)
            : throw new ArgumentException($"'{continuation}' continues no list of this host.", nameof(continuation));
}
