using System.Text.RegularExpressions;

namespace Mammoth.Postgres.Dumps;

/// <summary>One statement of a schema that pg_dump wrote as SQL.</summary>
/// <param name="Type">What pg_dump says it belongs to: <c>TYPE</c>, <c>TABLE</c>, <c>ACL</c> …; empty for what stands before the first object.</param>
/// <param name="Sql">Without its semicolon.</param>
public sealed record SchemaStatement(string Type, string Sql);

/// <summary>Takes a schema that pg_dump wrote apart into its statements.</summary>
public static partial class SchemaScript
{
    /// <summary>The statements in their order: what an object needs stands before it. Commands of psql, which begin with a backslash, are left out.</summary>
    public static IEnumerable<SchemaStatement> Read(string script)
    {
        ArgumentNullException.ThrowIfNull(script);
        string type = "";
        int position = 0;
        while (position < script.Length)
        {
            if (char.IsWhiteSpace(script[position]))
            {
                position++;
            }
            else if (script[position] == '\\' || At(script, position, "--"))
            {
                int end = LineEnd(script, position);
                if (Header().Match(script[position..end]) is { Success: true } header)
                    type = header.Groups[1].Value;
                position = end;
            }
            else
            {
                int end = StatementEnd(script, position);
                yield return new SchemaStatement(type, script[position..end].TrimEnd());
                position = end + 1;
            }
        }
    }

    /// <summary>Where the semicolon stands that ends a statement, or the end of the script.</summary>
    private static int StatementEnd(string script, int start)
    {
        // A function's body in standard SQL has semicolons of its own, between BEGIN ATOMIC and its END.
        bool isRoutine = Routine().IsMatch(script[start..Math.Min(script.Length, start + 60)]);
        int depth = 0;
        int position = start;
        while (position < script.Length)
        {
            char c = script[position];
            if (c == ';' && depth == 0)
                return position;
            if (c is '\'' or '"')
            {
                position = QuoteEnd(script, position, c == '\'' && IsEscapeString(script, position));
            }
            else if (c == '$' && !IsWord(script, position - 1) && DollarQuote().Match(script, position) is { Success: true, Value: var tag })
            {
                int end = script.IndexOf(tag, position + tag.Length, StringComparison.Ordinal);
                position = end < 0 ? script.Length : end + tag.Length;
            }
            else if (At(script, position, "--"))
            {
                position = LineEnd(script, position);
            }
            else if (At(script, position, "/*"))
            {
                position = CommentEnd(script, position);
            }
            else if (isRoutine && char.IsAsciiLetter(c) && !IsWord(script, position - 1))
            {
                int end = position;
                while (IsWord(script, end))
                    end++;
                depth += Step(script, position, end, depth);
                position = end;
            }
            else
            {
                position++;
            }
        }

        return script.Length;
    }

    private static int Step(string script, int start, int end, int depth) => script[start..end].ToUpperInvariant() switch
    {
        "BEGIN" when depth == 0 && Atomic().IsMatch(script, end) => 1,
        "CASE" when depth > 0 => 1,
        "END" when depth > 0 => -1,
        _ => 0,
    };

    private static int QuoteEnd(string script, int start, bool escapes)
    {
        char quote = script[start];
        for (int i = start + 1; i < script.Length; i++)
        {
            if (escapes && script[i] == '\\')
                i++;
            else if (script[i] == quote && i + 1 < script.Length && script[i + 1] == quote)
                i++;
            else if (script[i] == quote)
                return i + 1;
        }

        return script.Length;
    }

    private static int CommentEnd(string script, int start)
    {
        int depth = 0;
        for (int i = start; i < script.Length - 1; i++)
        {
            if (At(script, i, "/*"))
                (depth, i) = (depth + 1, i + 1);
            else if (At(script, i, "*/"))
                (depth, i) = (depth - 1, i + 1);
            if (depth == 0)
                return i + 1;
        }

        return script.Length;
    }

    private static bool IsEscapeString(string script, int quote) => quote > 0 && script[quote - 1] is 'E' or 'e' && !IsWord(script, quote - 2);

    private static bool IsWord(string script, int position) => position >= 0 && position < script.Length && (char.IsLetterOrDigit(script[position]) || script[position] is '_' or '$');

    private static bool At(string script, int position, string what) => string.CompareOrdinal(script, position, what, 0, what.Length) == 0;

    private static int LineEnd(string script, int position) => script.IndexOf('\n', position) is var end and >= 0 ? end : script.Length;

    [GeneratedRegex(@"^-- (?:Data for )?Name: .*; Type: ([A-Z ]+); Schema: .*; Owner: .*$")]
    private static partial Regex Header();

    [GeneratedRegex(@"^CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Routine();

    [GeneratedRegex(@"\G\$(?:[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_\u0080-\uFFFF]*)?\$")]
    private static partial Regex DollarQuote();

    [GeneratedRegex(@"\G\s+ATOMIC\b", RegexOptions.IgnoreCase)]
    private static partial Regex Atomic();
}
