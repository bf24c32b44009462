using System.Text;

namespace Mammoth.Migration.Plans;

/// <summary>
/// PostgreSQL's names in the warehouse. The rule: a name stays as it is, but control characters, slashes and backslashes become
/// <c>_</c>; and where two names of one scope would then differ only by case, each but the first (in ordinal order of the
/// source's names) gets <c>_2</c>, <c>_3</c> … behind it, since most engines ignore case.
/// </summary>
public static class WarehouseNames
{
    /// <summary>The warehouse name of each source name of one scope (a schema's tables, a table's columns).</summary>
    public static IReadOnlyDictionary<string, string> Map(IEnumerable<string> names)
    {
        string[] all = [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var mapped = new Dictionary<string, string>(all.Length, StringComparer.Ordinal);

        // First those that keep their name, so that an honest "a_2" is not pushed aside by a collision's.
        foreach (string name in all.Where(n => Clean(n) == n))
        {
            if (taken.Add(name))
            {
                mapped[name] = name;
            }
        }

        foreach (string name in all.Where(n => !mapped.ContainsKey(n)))
        {
            string clean = Clean(name);
            string candidate = clean;
            for (int i = 2; !taken.Add(candidate); i++)
            {
                candidate = $"{clean}_{i}";
            }

            mapped[name] = candidate;
        }

        return mapped;
    }

    /// <summary>A name without what a path or an engine can't take.</summary>
    internal static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            clean.Append(char.IsControl(c) || c is '/' or '\\' ? '_' : c);
        }

        return clean.ToString();
    }
}
