using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

/// <summary>All probes, for every host.</summary>
public static class Registrations
{
    public static Registry Registry() => new Registry()
        .AddActivity<Double>().AddActivity<Slow>().AddActivity<EchoValues>().AddActivity<EchoShape>().AddActivity<Throw>().AddActivity<Flaky>().AddActivity<FailOn>()
        .AddEntity<KeptValues>().AddEntity<Fragile>().AddEntity<Notes>()
        .AddOrchestration<SumOfDoubles>().AddOrchestration<SumInTurns>()
        .AddOrchestration<EchoValuesChild>().AddOrchestration<EchoShapeChild>().AddOrchestration<RoundTrips>()
        .AddOrchestration<ThrowChild>().AddOrchestration<ThrowGrandchild>().AddOrchestration<ThrowWrapped>().AddOrchestration<Errors>()
        .AddOrchestration<Retries>().AddOrchestration<UnknownNames>().AddOrchestration<LongStatus>()
        .AddOrchestration<Timers>().AddOrchestration<Race>().AddOrchestration<Leftovers>().AddOrchestration<CountLater>().AddOrchestration<DrainsLeftovers>()
        .AddOrchestration<ContinuesWithOpenCall>().AddOrchestration<Ids>()
        .AddOrchestration<Postman>().AddOrchestration<LettersBeforeTheWait>().AddOrchestration<LetterAfterATimeout>().AddOrchestration<LettersAcrossTurns>()
        .AddOrchestration<WaitsTwice>().AddOrchestration<Decision>()
        .AddOrchestration<Signals>().AddOrchestration<SignalThenThrow>().AddOrchestration<SeesSignalOfFailed>().AddOrchestration<LargeState>()
        .AddOrchestration<WindowInOrder>().AddOrchestration<WindowThatFails>()
        .AddOrchestration<Tree>().AddOrchestration<CancelsATree>().AddOrchestration<CancelledMidway>()
        .AddOrchestration<ForeignAwaits>().AddOrchestration<Interpreter>();
}
