using System.Text.Json;
using Mammoth.Functions.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Tests = Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Functions.Probes;

/// <summary>The probes of the conformance suite, a function each; only in a build with <c>-p:WithProbes=true</c>, which is for tests alone.</summary>
public sealed class ProbeFunctions(DurableHost host)
{
    [Function(nameof(Tests.SumOfDoubles))]
    public Task<JsonElement> SumOfDoubles([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.SumInTurns))]
    public Task<JsonElement> SumInTurns([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.EchoValuesChild))]
    public Task<JsonElement> EchoValuesChild([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.EchoShapeChild))]
    public Task<JsonElement> EchoShapeChild([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.RoundTrips))]
    public Task<JsonElement> RoundTrips([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.ThrowChild))]
    public Task<JsonElement> ThrowChild([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.ThrowGrandchild))]
    public Task<JsonElement> ThrowGrandchild([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.ThrowWrapped))]
    public Task<JsonElement> ThrowWrapped([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Errors))]
    public Task<JsonElement> Errors([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Retries))]
    public Task<JsonElement> Retries([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.UnknownNames))]
    public Task<JsonElement> UnknownNames([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.LongStatus))]
    public Task<JsonElement> LongStatus([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Timers))]
    public Task<JsonElement> Timers([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Race))]
    public Task<JsonElement> Race([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Leftovers))]
    public Task<JsonElement> Leftovers([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.CountLater))]
    public Task<JsonElement> CountLater([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.DrainsLeftovers))]
    public Task<JsonElement> DrainsLeftovers([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.ContinuesWithOpenCall))]
    public Task<JsonElement> ContinuesWithOpenCall([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Ids))]
    public Task<JsonElement> Ids([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Postman))]
    public Task<JsonElement> Postman([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.LettersBeforeTheWait))]
    public Task<JsonElement> LettersBeforeTheWait([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.LetterAfterATimeout))]
    public Task<JsonElement> LetterAfterATimeout([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.LettersAcrossTurns))]
    public Task<JsonElement> LettersAcrossTurns([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.WaitsTwice))]
    public Task<JsonElement> WaitsTwice([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Decision))]
    public Task<JsonElement> Decision([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Signals))]
    public Task<JsonElement> Signals([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.SignalThenThrow))]
    public Task<JsonElement> SignalThenThrow([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.SeesSignalOfFailed))]
    public Task<JsonElement> SeesSignalOfFailed([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.LargeState))]
    public Task<JsonElement> LargeState([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.WindowInOrder))]
    public Task<JsonElement> WindowInOrder([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.WindowThatFails))]
    public Task<JsonElement> WindowThatFails([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Tree))]
    public Task<JsonElement> Tree([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.CancelsATree))]
    public Task<JsonElement> CancelsATree([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.CancelledMidway))]
    public Task<JsonElement> CancelledMidway([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.ForeignAwaits))]
    public Task<JsonElement> ForeignAwaits([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Interpreter))]
    public Task<JsonElement> Interpreter([OrchestrationTrigger] TaskOrchestrationContext context) => host.Orchestrate(context);

    [Function(nameof(Tests.Double))]
    public Task<JsonElement> Double([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Tests.Slow))]
    public Task<JsonElement> Slow([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Tests.EchoValues))]
    public Task<JsonElement> EchoValues([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Tests.EchoShape))]
    public Task<JsonElement> EchoShape([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Tests.Throw))]
    public Task<JsonElement> Throw([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Tests.Flaky))]
    public Task<JsonElement> Flaky([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Tests.FailOn))]
    public Task<JsonElement> FailOn([ActivityTrigger] JsonElement call, string instanceId, FunctionContext context) => host.Act(call, instanceId, context);

    [Function(nameof(Tests.KeptValues))]
    public Task KeptValues([EntityTrigger] TaskEntityDispatcher dispatcher) => host.Operate(dispatcher);

    [Function(nameof(Tests.Fragile))]
    public Task Fragile([EntityTrigger] TaskEntityDispatcher dispatcher) => host.Operate(dispatcher);

    [Function(nameof(Tests.Notes))]
    public Task Notes([EntityTrigger] TaskEntityDispatcher dispatcher) => host.Operate(dispatcher);
}
