using System.Text.RegularExpressions;

namespace Mammoth.Api.Runs;

/// <summary>What may be a run's id: it is part of paths.</summary>
internal static partial class RunId
{
    public static bool IsSafe(string text) => Form().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Form();
}
