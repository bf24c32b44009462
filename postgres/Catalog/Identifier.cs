namespace Mammoth.Postgres.Catalog;

/// <summary>Names in SQL.</summary>
public static class Identifier
{
    /// <summary>A name in double quotes, inner quotes doubled.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A string as an SQL literal, safe whatever <c>standard_conforming_strings</c> says.</summary>
    public static string Literal(string text)
    {
        string quoted = $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
        return text.Contains('\\', StringComparison.Ordinal) ? $"E{quoted}" : quoted;
    }
}
