using System.CommandLine.Parsing;
using System.Globalization;

namespace Mammoth.Cli.Options;

/// <summary>Reads an option's value as a whole number; the library's own message would name a type of the runtime.</summary>
internal static class WholeNumber
{
    public static long Parse(ArgumentResult result, string option)
    {
        if (long.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out long number))
            return number;

        result.AddError($"'{result.Tokens[0].Value}' is no whole number, which {option} takes.");
        return 0;
    }
}
