using System.Text.Json;
using Mammoth.Functions.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Steps = Mammoth.Orchestrations.Migrations;

namespace Mammoth.Functions.Migrations;

/// <summary>The migration's orchestrations and activities, a function each: what <see cref="Steps.MigrationRegistry"/> registers, by the same names.</summary>
public sealed class MigrationFunctions(DurableHost host)
{
    [Function(nameof(Steps.MigrateDatabase))]
    public Task<JsonElement> MigrateDatabase([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Steps.MigrateTables))]
    public Task<JsonElement> MigrateTables([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Steps.MigrateTable))]
    public Task<JsonElement> MigrateTable([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Steps.KeepSnapshot))]
    public Task<JsonElement> KeepSnapshot([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Steps.HoldSnapshot))]
    public Task<JsonElement> HoldSnapshot([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.AwaitSnapshot))]
    public Task<JsonElement> AwaitSnapshot([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.ReleaseSnapshot))]
    public Task<JsonElement> ReleaseSnapshot([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.MakePlan))]
    public Task<JsonElement> MakePlan([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.OpenTable))]
    public Task<JsonElement> OpenTable([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.CopyChunk))]
    public Task<JsonElement> CopyChunk([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.CopySmallTable))]
    public Task<JsonElement> CopySmallTable([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.KeepSizes))]
    public Task<JsonElement> KeepSizes([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.BatchSizes))]
    public Task BatchSizes([EntityTrigger] TaskEntityDispatcher dispatcher) => host.Operate(dispatcher);

    [Function(nameof(Steps.FoldChunks))]
    public Task<JsonElement> FoldChunks([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.StageTable))]
    public Task<JsonElement> StageTable([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.CountRows))]
    public Task<JsonElement> CountRows([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.VerifyTable))]
    public Task<JsonElement> VerifyTable([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.RecordOutcomes))]
    public Task<JsonElement> RecordOutcomes([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.FoldOutcomes))]
    public Task<JsonElement> FoldOutcomes([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.TellFailure))]
    public Task<JsonElement> TellFailure([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.SweepRun))]
    public Task<JsonElement> SweepRun([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Steps.PublishRun))]
    public Task<JsonElement> PublishRun([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);
}
