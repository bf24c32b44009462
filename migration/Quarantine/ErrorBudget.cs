using System.Globalization;
using System.Text.RegularExpressions;

namespace Mammoth.Migration.Quarantine;

/// <summary>How many rows of a table may be set aside: a number (<c>100</c>), or a share of the table's rows (<c>0.5%</c>).</summary>
public sealed partial record ErrorBudget
{
    /// <summary>What is written as a budget; the published schema of the configuration has the same.</summary>
    public const string Pattern = @"^([0-9]{1,15}|(100|[0-9]{1,2}(\.[0-9]{1,6})?)%)$";

    private readonly string text;
    private readonly decimal? percent;

    private ErrorBudget(string text, long? rows, decimal? percent) => (this.text, Rows, this.percent) = (text, rows, percent);

    /// <summary>Rows at most, however many the table has; null where it is a share.</summary>
    public long? Rows { get; }

    /// <summary>The budget, or null where the text is none.</summary>
    public static ErrorBudget? Parse(string text)
    {
        if (!Form().IsMatch(text) || text[^1] == '\n')
        {
            return null;
        }

        return text[^1] == '%'
            ? new(text, null, decimal.Parse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture))
            : new(text, long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture), null);
    }

    /// <summary>Whether so many rows set aside are too many.</summary>
    /// <param name="rows">All of the table, those set aside included.</param>
    public bool IsExceeded(long aside, long rows) => Rows is { } most ? aside > most : aside * 100m > percent!.Value * rows;

    public override string ToString() => text;

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
