using System.Text.RegularExpressions;
using Npgsql;

namespace Mammoth.Migration.Recovery;

/// <summary>
/// What a server said while it had rows in its hands, without the rows: its messages quote values, of any length, and a function of the source says in them what it likes. They would be read in logs
/// and warnings, by people who may not read the rows.
/// </summary>
internal static partial class ServerText
{
    private const int Longest = 200;

    public static string Of(NpgsqlException error) => error is PostgresException said ? Of(said) : Cut(error.Message);

    /// <summary>What kind of error it is, with its SQLSTATE, and the column, type and constraint that it names.</summary>
    public static string Of(PostgresException error)
    {
        string[] of =
        [
            .. (error.ColumnName ?? Column(error)) is { } column ? [$"column {column}"] : Array.Empty<string>(),
            .. error.DataTypeName is { } type ? [$"type {type}"] : Array.Empty<string>(),
            .. error.ConstraintName is { } constraint ? [$"constraint {constraint}"] : Array.Empty<string>(),
            $"SQLSTATE {error.SqlState}",
        ];
        return $"{Kind(error)} [{string.Join(", ", of)}]";
    }

    private static string Kind(PostgresException error) => error.SqlState[..2] switch
    {
        "0A" => "something is not supported",
        "21" or "22" => "a value is none of its type",
        "23" => "a constraint does not hold",
        "38" or "39" or "44" or "P0" => "a function of the source failed",
        "42" => "a name, a type or a right is missing, or is another",
        "54" => "a limit of the server is passed",

        // Of the server itself: they quote files and settings, if anything.
        "08" or "40" or "53" or "55" or "57" or "58" => Cut(Quoted().Replace(error.MessageText, "…")),
        _ => "an error of the server",
    };

    /// <summary>COPY says the column in the context.</summary>
    private static string? Column(PostgresException error) => error.Where is { } where && CopiedColumn().Match(where) is { Success: true } match ? match.Groups[1].Value : null;

    private static string Cut(string text) => text.Length <= Longest ? text : $"{text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)]}…";

    [GeneratedRegex("\"[^\"]*\"?|'[^']*'?|«[^»]*»?|„[^“]*“?|“[^”]*”?")]
    private static partial Regex Quoted();

    [GeneratedRegex("^COPY [^\n]{1,130}, line [0-9]+, column ([^\":\n]{1,63})\\r?$", RegexOptions.Multiline)]
    private static partial Regex CopiedColumn();
}
