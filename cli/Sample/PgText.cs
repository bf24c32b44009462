using System.Text;

namespace Mammoth.Cli.Sample;

/// <summary>Arrays and composite values as PostgreSQL's input functions read them.</summary>
internal static class PgText
{
    /// <summary><c>{"a",NULL}</c>; <c>box</c> is the one built-in type whose delimiter is not a comma.</summary>
    public static string Array(IEnumerable<string?> elements, char delimiter = ',') =>
        $"{{{string.Join(delimiter, elements.Select(e => e is null ? "NULL" : QuoteElement(e)))}}}";

    /// <summary><c>("a",,"c")</c>: an empty field is NULL.</summary>
    public static string Composite(params IReadOnlyList<string?> fields) =>
        $"({string.Join(',', fields.Select(f => f is null ? "" : QuoteElement(f)))})";

    private static string QuoteElement(string text) =>
        new StringBuilder(text).Replace("\\", "\\\\").Replace("\"", "\\\"").Insert(0, '"').Append('"').ToString();
}
