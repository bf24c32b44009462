using Mammoth.Api.Problems;

namespace Mammoth.Api.Runs;

/// <summary>Patterns on tables, as bodies have them.</summary>
internal static class Patterns
{
    private const int MostPatterns = 10_000;
    private const int Longest = 300;

    /// <exception cref="ProblemException">One is empty or too long, or there are too many.</exception>
    public static void Check(string path, IReadOnlyList<string>? patterns)
    {
        if (patterns is null)
        {
            return;
        }

        if (patterns.Count > MostPatterns)
        {
            throw ProblemException.OfField(path, $"There are more than {MostPatterns:N0} patterns; use wildcards.");
        }

        for (int i = 0; i < patterns.Count; i++)
        {
            if (patterns[i] is not { Length: > 0 and <= Longest })
            {
                throw ProblemException.OfField($"{path}[{i}]", $"A pattern has 1 to {Longest} characters, like shop.* or shop.orders.");
            }
        }
    }
}
