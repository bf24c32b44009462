using System.CommandLine;

namespace Mammoth.Cli.Options;

/// <summary>
/// An option that takes one of a few words: the names of an enum, in lower case. The library's own reading of enums would take numbers and
/// lists of names too, and answer a wrong word with the name of a type of this program.
/// </summary>
internal static class WordOption
{
    public static Option<T> Create<T>(string name, string description, params string[] aliases)
        where T : struct, Enum
    {
        string[] words = [.. Enum.GetNames<T>().Select(w => w.ToLowerInvariant())];
        return new(name, aliases)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = result =>
            {
                string given = result.Tokens[0].Value;
                if (words.Contains(given, StringComparer.OrdinalIgnoreCase))
                    return Enum.Parse<T>(given, ignoreCase: true);

                result.AddError($"'{given}' is nothing for {name}: it is {string.Join(", ", words[..^1])} or {words[^1]}.");
                return default;
            },
        };
    }
}
