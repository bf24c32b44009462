namespace Mammoth.Tests.Faults;

/// <summary>Whether tests that stop at some steps of a run are to stop at all of them, which takes minutes more.</summary>
internal static class AllSteps
{
    private const string Variable = "MAMMOTH_TEST_ALL_STEPS";

    public static bool Asked { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };
}
