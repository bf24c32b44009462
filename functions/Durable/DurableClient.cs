using System.Text.Json;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Mammoth.Orchestrations.Runtime;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace Mammoth.Functions.Durable;

/// <summary>The host's instances as an API sees them, over the client that Durable Functions binds.</summary>
public sealed class DurableClient(DurableTaskClient client, Registry registry) : IOrchestrationClient
{
    /// <summary>Terminated instances of a tree are looked for in pages of this size.</summary>
    private const int PageSize = 100;

    /// <summary>An instance in one of these is not replaced. Said always: not every backend refuses by itself.</summary>
    private static readonly string[] Live = [nameof(OrchestrationRuntimeStatus.Running), nameof(OrchestrationRuntimeStatus.Pending), nameof(OrchestrationRuntimeStatus.Suspended)];

    public async Task Start(string name, string instanceId, JsonElement input, CancellationToken cancellation = default)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(instanceId) { DedupeStatuses = Live }, cancellation);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            throw new InstanceConflictException(instanceId);
        }
    }

    public async Task<InstanceStatus?> Status(string instanceId, CancellationToken cancellation = default) =>
        await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, cancellation) is { } found ? DurableStatus.Of(found, registry) : null;

    public async Task<InstancePage> List(string prefix, string? continuation, int size, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var query = new OrchestrationQuery(InstanceIdPrefix: prefix.Length == 0 ? null : prefix, PageSize: size, FetchInputsAndOutputs: true, ContinuationToken: continuation);
        await foreach (var page in client.GetAllInstancesAsync(query).AsPages().WithCancellation(cancellation))
        {
            // Entities are instances too, with ids of their own form.
            var instances = page.Values.Where(i => !i.InstanceId.StartsWith('@')).Select(i => DurableStatus.Of(i, registry) with { Input = null });
            return new InstancePage([.. instances], string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken);
        }

        return new InstancePage([], null);
    }

    public async Task Raise(string instanceId, string name, JsonElement payload, CancellationToken cancellation = default)
    {
        await Running(instanceId, cancellation);
        await client.RaiseEventAsync(instanceId, name, payload, cancellation);
    }

    public async Task Suspend(string instanceId, CancellationToken cancellation = default)
    {
        await Running(instanceId, cancellation);
        await Unless(instanceId, client.SuspendInstanceAsync(instanceId, null, cancellation), cancellation);
    }

    public async Task Resume(string instanceId, CancellationToken cancellation = default)
    {
        await Running(instanceId, cancellation);
        await Unless(instanceId, client.ResumeInstanceAsync(instanceId, null, cancellation), cancellation);
    }

    /// <summary>Durable Functions ends the instance alone; its children, found by their ids, are ended one by one.</summary>
    public async Task Terminate(string instanceId, string reason, CancellationToken cancellation = default)
    {
        int ended = 0;
        var live = new OrchestrationQuery(
            Statuses: [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended],
            InstanceIdPrefix: instanceId,
            PageSize: PageSize);
        await foreach (var instance in client.GetAllInstancesAsync(live).WithCancellation(cancellation))
        {
            if (instance.InstanceId != instanceId && !instance.InstanceId.StartsWith($"{instanceId}.", StringComparison.Ordinal))
                continue;
            await client.TerminateInstanceAsync(instance.InstanceId, new Failure("Terminated", reason).Encode(), cancellation);
            ended++;
        }

        if (ended == 0)
            throw new InstanceNotFoundException(instanceId, ended: await client.GetInstanceAsync(instanceId, cancellation) is not null);
    }

    public async Task<JsonElement?> ReadEntity(EntityId entity, CancellationToken cancellation = default) =>
        await client.Entities.GetEntityAsync(new EntityInstanceId(entity.Name, entity.Key), includeState: true, cancellation) is { IncludesState: true } found
            ? found.State.ReadAs<JsonElement>()
            : null;

    public Task SignalEntity(EntityId entity, string operation, JsonElement args, CancellationToken cancellation = default) =>
        client.Entities.SignalEntityAsync(new EntityInstanceId(entity.Name, entity.Key), operation, args, null, cancellation);

    /// <summary>The host refuses what an instance is already; what is listed of it lags behind, so that it is asked twice.</summary>
    private async Task Unless(string instanceId, Task asked, CancellationToken cancellation)
    {
        try
        {
            await asked;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
        {
            await Running(instanceId, cancellation);
        }
    }

    /// <summary>Durable Functions keeps or drops what is sent to an absent instance, as the backend pleases: asked first, all are alike.</summary>
    private async Task Running(string instanceId, CancellationToken cancellation)
    {
        var found = await client.GetInstanceAsync(instanceId, cancellation) ?? throw new InstanceNotFoundException(instanceId);
        if (found.IsCompleted)
            throw new InstanceNotFoundException(instanceId, ended: true);
    }
}
