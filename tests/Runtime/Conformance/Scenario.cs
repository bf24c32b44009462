using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime.Conformance;

/// <summary>A probe that needs nothing from outside, and how it ends on every host, however often it is killed on the way.</summary>
public sealed record Scenario(string Title, string Orchestration, JsonElement Input, string End)
{
    /// <summary>All scenarios by title.</summary>
    public static IReadOnlyDictionary<string, Scenario> All { get; } = Create().ToDictionary(s => s.Title);

    /// <summary>Their titles, as xunit wants them.</summary>
    public static TheoryData<string> Titles => [.. All.Keys];

    private static IEnumerable<Scenario> Create()
    {
        yield return Of<SumOfDoubles>("twenty activities one by one", 20, "Completed 420");
        yield return Of<SumInTurns>("turns with a child in each", new SumInTurns.State(8, 0), "Completed 30");
        yield return Of<RoundTrips>("every type round trips", default(Nothing), "Completed []");
        yield return Of<Errors>("errors of every source", default(Nothing), $"Completed {ExpectedErrors()}");
        yield return Of<ThrowGrandchild>("an error three levels up", "rich", "Failed TableGone");
        yield return Of<ThrowWrapped>("an error with a cause", "plain", "Failed TableFailed");
        yield return Of<Retries>("transient and permanent retries", default(Nothing), """Completed ["3","Try 3 failed.","Try 1 failed.","Try 1 failed.","1"]""");
        yield return Of<UnknownNames>("unknown names", default(Nothing), """Completed ["UnknownName False True","UnknownName False True","UnknownName False True"]""");
        yield return new("an unknown orchestration", "NobodyKnowsThis", Payload.Of(1), "Failed UnknownName");
        yield return Of<LongStatus>("a status at its limit", OrchestrationContext.StatusLimit, "Completed 8000");
        yield return Of<LongStatus>("a status beyond its limit", OrchestrationContext.StatusLimit + 1, "Failed StatusTooLong");
        yield return Of<Probes.Timers>("timers and the clock", default(Nothing), """Completed ["a past timer is no wait","a timer is never early","the clock does not go back","the shorter timer wins","a timer can be given up"]""");
        yield return Of<Race>("a race of a timer and an activity", default(Nothing), """Completed "timer, then 2500" """.TrimEnd());
        yield return Of<DrainsLeftovers>("a leftover timer, activity and child", default(Nothing), "Completed 1");
        yield return Of<ContinuesWithOpenCall>("continue as new with an open call", 0, "Failed OpenCalls");
        yield return Of<Ids>("ids distinct across turns", Array.Empty<Guid>(), "Completed 6");
        yield return Of<LettersBeforeTheWait>("events before the wait", default(Nothing), "Completed [1,2,3,4,5,6]");
        yield return Of<LetterAfterATimeout>("an event after a timeout", default(Nothing), "Completed [0,1,2]");
        yield return Of<LettersAcrossTurns>("late events across turns", Array.Empty<int>(), "Completed [0,1,2,3,4,5]");
        yield return Of<WaitsTwice>("two waits for one name", default(Nothing), "Failed InvalidOperationException");
        yield return Of<Signals>("twenty signals in order", default(Nothing), "Completed \"0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; 7, 4 left, 0\"");
        yield return Of<SeesSignalOfFailed>("a signal, then a failure", default(Nothing), "Completed \"Meant 5\"");
        yield return Of<LargeState>("an entity that grows too large", default(Nothing), "Completed \"StateTooLarge 2\"");
        yield return Of<WindowInOrder>("a window in order", default(Nothing), $"Completed \"4 {string.Join(' ', Enumerable.Range(1, 20).Select(i => i % 3 == 0 ? i : i * 2))}\"");
        yield return Of<WindowThatFails>("a window that fails", default(Nothing), "Completed \"4 is bad. stopped waited\"");
        yield return Of<CancelsATree>("cancel of a tree", default(Nothing), "Completed \"cancelled 7\"");
        yield return Of<CancelledMidway>("cancel between turns", 0, "Failed Cancelled");
        foreach (string way in (string[])["first", "late", "yield", "configured", "configured, then a call", "on the pool", "beside a call", "caught"])
            yield return Of<ForeignAwaits>($"a foreign await: {way}", way, "Failed ForeignAwait");
    }

    private static Scenario Of<T>(string title, object input, string end)
        where T : Orchestration => new(title, typeof(T).Name, Payload.Of(input, Mammoth.Orchestrations.Runtime.Orchestration.InputOf(typeof(T))), end);

    private static string ExpectedErrors()
    {
        var plain = new Failure("InvalidOperationException", "That won't do.", Cause: new("FormatException", "Not a number."));
        var timeout = new Failure("TimeoutException", "Too late.", Transient: true);
        var expected = new SortedDictionary<string, Failure>(StringComparer.Ordinal)
        {
            ["entity plain"] = new("InvalidOperationException", "Not less than nothing."),
            ["entity rich"] = Throw.Rich,
        };
        foreach (var (kind, failure) in new[] { ("rich", Throw.Rich), ("plain", plain), ("timeout", timeout) })
        {
            foreach (string level in (string[])["activity", "child", "grandchild"])
                expected[$"{level} {kind}"] = failure;
            expected[$"wrapped {kind}"] = new("TableFailed", "orders failed.", Cause: failure);
        }

        return Payload.Of<IReadOnlyDictionary<string, Failure>>(expected).GetRawText();
    }
}
