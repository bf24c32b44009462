using System.Globalization;

namespace Mammoth.Tests.Types.Values;

/// <summary>Where random values come from: a seed of this test run, or the one that <c>MAMMOTH_TEST_SEED</c> gives.</summary>
internal static class TestSeed
{
    public const string Variable = "MAMMOTH_TEST_SEED";

    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out int given) ? given : System.Random.Shared.Next();

    /// <summary>For a failure's message: how to have the same values again.</summary>
    public static string Told => string.Create(CultureInfo.InvariantCulture, $"(random values; {Variable}={Seed} gives them again)");

    /// <summary>The same for a purpose whatever else is tested.</summary>
    public static Random For(string purpose) => new(purpose.Aggregate(Seed, (hash, c) => unchecked((hash * 31) + c)));
}
