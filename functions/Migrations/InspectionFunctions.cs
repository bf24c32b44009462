using System.Text.Json;
using Mammoth.Functions.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Mammoth.Functions.Migrations;

/// <summary>Dry runs, verifications, drift checks, rehearsals and maintenance, a function each.</summary>
public sealed class InspectionFunctions(DurableHost host)
{
    [Function(nameof(Orchestrations.Inspections.InspectDatabase))]
    public Task<JsonElement> InspectDatabase([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Orchestrations.Inspections.WritePlan))]
    public Task<JsonElement> WritePlan([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Verifications.VerifyWarehouse))]
    public Task<JsonElement> VerifyWarehouse([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Orchestrations.Verifications.SumDigests))]
    public Task<JsonElement> SumDigests([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Orchestrations.Verifications.DigestFiles))]
    public Task<JsonElement> DigestFiles([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Verifications.ChooseTables))]
    public Task<JsonElement> ChooseTables([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Verifications.ProveTable))]
    public Task<JsonElement> ProveTable([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Drift.DetectDrift))]
    public Task<JsonElement> DetectDrift([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Orchestrations.Drift.CompareSchemas))]
    public Task<JsonElement> CompareSchemas([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Drift.WarnOfDrift))]
    public Task<JsonElement> WarnOfDrift([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Cleaning.CleanWarehouse))]
    public Task<JsonElement> CleanWarehouse([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Orchestrations.Cleaning.FindOrphans))]
    public Task<JsonElement> FindOrphans([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Cleaning.DeleteOrphans))]
    public Task<JsonElement> DeleteOrphans([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Verifications.FoldProofs))]
    public Task<JsonElement> FoldProofs([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Recovery.RehearseRecovery))]
    public Task<JsonElement> RehearseRecovery([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Orchestrations.Recovery.ChooseRecovery))]
    public Task<JsonElement> ChooseRecovery([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Recovery.PrepareRecovery))]
    public Task<JsonElement> PrepareRecovery([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Recovery.RecoverTable))]
    public Task<JsonElement> RecoverTable([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Recovery.FoldRehearsals))]
    public Task<JsonElement> FoldRehearsals([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Orchestrations.Recovery.DropRecovery))]
    public Task<JsonElement> DropRecovery([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);
}
