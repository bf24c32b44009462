using System.Text.RegularExpressions;

namespace Mammoth.Cli.Errors;

/// <summary>
/// Keeps secrets out of what is said of a command line that can't be understood: connection strings and signed URLs get to the wrong place,
/// and what is printed gets into the logs of build servers.
/// </summary>
internal static partial class Withheld
{
    private const string Mark = "…";

    /// <summary><paramref name="message"/>, which repeats some of <paramref name="args"/>, without what may be secret in them.</summary>
    public static string In(string message, IReadOnlyList<string> args)
    {
        // The longest first: one argument may be part of another.
        IEnumerable<(string Arg, string Shown)> secret =
            from arg in args.Select((text, i) => (Text: text, AfterSecretOption: i > 0 && SecretOption().IsMatch(args[i - 1])))
            let shown = arg.AfterSecretOption ? Mark : Shown(arg.Text)
            where shown != arg.Text && arg.Text.Length > 0
            orderby arg.Text.Length descending
            select (arg.Text, shown);
        foreach ((string arg, string shown) in secret)
            message = message.Replace(arg, shown, StringComparison.Ordinal);

        return message;
    }

    private static string Shown(string arg) => SecretValue().Replace(Url().Replace(arg, $"$1{Mark}"), $"$1{Mark}");

    [GeneratedRegex("^--?(password|passwd|pwd|pass|key|account-key|secret|token|sas)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretOption();

    /// <summary>A URL with a user or a query: all after its scheme.</summary>
    [GeneratedRegex("([a-z][a-z0-9+.-]*://)(?=.*[@?]).*", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Url();

    [GeneratedRegex("((?:password|passwd|pwd|passfile|accountkey|key|secret|token|sharedaccesssignature|sig)\\s*=).*", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex SecretValue();
}
