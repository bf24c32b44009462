using System.Globalization;
using System.Text;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Drift;

/// <summary>
/// Names of the source in a line of a log: as SQL writes them, in quotes where their characters need them, so that a dot in a name is no dot between two (reserved words, which nobody takes for two, are left without); and what is not to
/// be seen, or would begin another line, as SQL's Unicode escapes.
/// </summary>
public static class ShownName
{
    public static string Of(QualifiedName name) => $"{Of(name.Schema)}.{Of(name.Name)}";

    public static string Of(string name)
    {
        if (name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => (char.IsLetterOrDigit(c) && !char.IsUpper(c)) || c is '_'))
        {
            return name;
        }

        return name.Any(IsUnseen) ? $"U&{Escaped(Identifier.Quote(name.Replace("\\", "\\\\", StringComparison.Ordinal)))}" : Identifier.Quote(name);
    }

    /// <summary>Columns of a key: <c>(a, b)</c>; null where there are none.</summary>
    public static string? Of(IReadOnlyCollection<string> columns) => columns.Count == 0 ? null : $"({string.Join(", ", columns.Select(Of))})";

    /// <summary>Any text as one line: a type's name, a reason.</summary>
    public static string OneLine(string text) => text.Any(IsUnseen) ? Escaped(text) : text;

    private static string Escaped(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (IsUnseen(c))
            {
                line.Append(CultureInfo.InvariantCulture, $"\\{(int)c:X4}");
            }
            else
            {
                line.Append(c);
            }
        }

        return line.ToString();
    }

    // Line and paragraph separators, and marks that turn the direction of writing, are no control characters.
    private static bool IsUnseen(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
