using System.Text.Json;
using Mammoth.Functions.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Probed = Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Functions.Probes;

/// <summary>The probes of the conformance suite, a function each; only in a build with <c>-p:WithProbes=true</c>, which is for tests alone.</summary>
public sealed class ProbeFunctions(DurableHost host)
{
    [Function(nameof(Probed.SumOfDoubles))]
    public Task<JsonElement> SumOfDoubles([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.SumInTurns))]
    public Task<JsonElement> SumInTurns([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.EchoValuesChild))]
    public Task<JsonElement> EchoValuesChild([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.EchoShapeChild))]
    public Task<JsonElement> EchoShapeChild([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.RoundTrips))]
    public Task<JsonElement> RoundTrips([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.ThrowChild))]
    public Task<JsonElement> ThrowChild([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.ThrowGrandchild))]
    public Task<JsonElement> ThrowGrandchild([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.ThrowWrapped))]
    public Task<JsonElement> ThrowWrapped([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Errors))]
    public Task<JsonElement> Errors([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Retries))]
    public Task<JsonElement> Retries([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.UnknownNames))]
    public Task<JsonElement> UnknownNames([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.LongStatus))]
    public Task<JsonElement> LongStatus([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Timers))]
    public Task<JsonElement> Timers([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Race))]
    public Task<JsonElement> Race([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Leftovers))]
    public Task<JsonElement> Leftovers([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.CountLater))]
    public Task<JsonElement> CountLater([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.DrainsLeftovers))]
    public Task<JsonElement> DrainsLeftovers([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.ContinuesWithOpenCall))]
    public Task<JsonElement> ContinuesWithOpenCall([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Ids))]
    public Task<JsonElement> Ids([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Postman))]
    public Task<JsonElement> Postman([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.LettersBeforeTheWait))]
    public Task<JsonElement> LettersBeforeTheWait([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.LetterAfterATimeout))]
    public Task<JsonElement> LetterAfterATimeout([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.LettersAcrossTurns))]
    public Task<JsonElement> LettersAcrossTurns([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.WaitsTwice))]
    public Task<JsonElement> WaitsTwice([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Decision))]
    public Task<JsonElement> Decision([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Signals))]
    public Task<JsonElement> Signals([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.SignalThenThrow))]
    public Task<JsonElement> SignalThenThrow([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.SeesSignalOfFailed))]
    public Task<JsonElement> SeesSignalOfFailed([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.LargeState))]
    public Task<JsonElement> LargeState([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.WindowInOrder))]
    public Task<JsonElement> WindowInOrder([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.WindowThatFails))]
    public Task<JsonElement> WindowThatFails([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Tree))]
    public Task<JsonElement> Tree([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.CancelsATree))]
    public Task<JsonElement> CancelsATree([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.CancelledMidway))]
    public Task<JsonElement> CancelledMidway([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.ForeignAwaits))]
    public Task<JsonElement> ForeignAwaits([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Interpreter))]
    public Task<JsonElement> Interpreter([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Probed.Double))]
    public Task<JsonElement> Double([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Probed.Slow))]
    public Task<JsonElement> Slow([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Probed.EchoValues))]
    public Task<JsonElement> EchoValues([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Probed.EchoShape))]
    public Task<JsonElement> EchoShape([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Probed.Throw))]
    public Task<JsonElement> Throw([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Probed.Flaky))]
    public Task<JsonElement> Flaky([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Probed.FailOn))]
    public Task<JsonElement> FailOn([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Probed.KeptValues))]
    public Task KeptValues([EntityTrigger] TaskEntityDispatcher dispatcher) => host.Operate(dispatcher);

    [Function(nameof(Probed.Fragile))]
    public Task Fragile([EntityTrigger] TaskEntityDispatcher dispatcher) => host.Operate(dispatcher);

    [Function(nameof(Probed.Notes))]
    public Task Notes([EntityTrigger] TaskEntityDispatcher dispatcher) => host.Operate(dispatcher);
}
