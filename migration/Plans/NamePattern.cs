using System.Text;
using System.Text.RegularExpressions;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Plans;

/// <summary>A pattern on <c>schema.table</c>: <c>*</c> for any characters, <c>?</c> for one; without a dot it is a table in any schema. Case matters.</summary>
public sealed class NamePattern
{
    private readonly Regex _regex;

    public NamePattern(string pattern)
    {
        Text = pattern;
        string full = pattern.Contains('.', StringComparison.Ordinal) ? pattern : $"*.{pattern}";
        var regex = new StringBuilder("^");
        foreach (char c in full)
        {
            regex.Append(c switch { '*' => ".*", '?' => ".", _ => Regex.Escape(c.ToString()) });
        }

        _regex = new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
    }

    public string Text { get; }

    public bool Matches(QualifiedName name) => _regex.IsMatch($"{name.Schema}.{name.Name}");
}
