using System.Text;
using System.Text.RegularExpressions;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Plans;

/// <summary>A pattern on <c>schema.table</c>: <c>*</c> for any characters, <c>?</c> for one; without a dot it is a table in any schema. Case matters.</summary>
public sealed class NamePattern
{
    /// <summary>One character as people count them: those beyond the basic plane are two for .NET.</summary>
    private const string One = @"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\uD800-\uDFFF])";

    private readonly Regex _regex;

    public NamePattern(string pattern)
    {
        Text = pattern;
        string full = pattern.Contains('.', StringComparison.Ordinal) ? pattern : $"*.{pattern}";
        var regex = new StringBuilder("^");
        foreach (char c in full)
        {
            regex.Append(c switch { '*' => ".*", '?' => One, _ => Regex.Escape(c.ToString()) });
        }

        _regex = new Regex(regex.Append("\\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
    }

    public string Text { get; }

    public bool Matches(QualifiedName name) => _regex.IsMatch($"{name.Schema}.{name.Name}");
}
