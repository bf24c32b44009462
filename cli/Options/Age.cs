using System.Globalization;
using System.Text.RegularExpressions;

namespace Mammoth.Cli.Options;

/// <summary>Times as people write them: <c>30s</c>, <c>90m</c>, <c>2h</c>, <c>1d</c>.</summary>
internal static partial class Age
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromDays(30);

    /// <summary>The time, or null where the text is none from 10 seconds to 30 days.</summary>
    public static TimeSpan? Parse(string text)
    {
        Match match = Form().Match(text);
        if (!match.Success || !double.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out double number))
            return null;

        double seconds = number * match.Groups[2].Value.ToUpperInvariant() switch { "S" => 1, "M" => 60, "H" => 3_600, _ => 86_400 };
        return seconds >= Least.TotalSeconds && seconds <= Most.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    [GeneratedRegex(@"^\s*(\d+(?:\.\d+)?)\s*([smhd])\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}
