using System.Globalization;
using System.Text.RegularExpressions;

namespace Mammoth.Cli.Options;

/// <summary>Sizes as people write them: <c>128MB</c>, <c>1 GB</c>, <c>64MiB</c>, or plain bytes. MB is read as 2^20, as every tool around data files does.</summary>
internal static partial class ByteSize
{
    private const long Least = 1L << 20;
    private const long Most = 10L << 30;

    /// <summary>The bytes, or null where the text is no size from 1 MB to 10 GB, or between the bounds given.</summary>
    public static long? Parse(string text, long least = Least, long most = Most)
    {
        Match match = Form().Match(text);
        if (!match.Success || !double.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out double number))
            return null;

        int shift = match.Groups[2].Value.ToUpperInvariant() switch { "K" => 10, "M" => 20, "G" => 30, _ => 0 };
        double bytes = number * (1L << shift);
        return bytes >= least && bytes <= most ? (long)bytes : null;
    }

    [GeneratedRegex(@"^\s*(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}
