using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mammoth.Iceberg.Catalogs;

/// <summary>
/// Where a new table's folder goes: <c>&lt;warehouse&gt;/&lt;schema&gt;/&lt;table&gt;</c>. The rule for names: ASCII letters, digits, <c>_</c>, <c>-</c> and
/// <c>.</c> stay (a dot not at either end, an underscore not at the front, where readers take a name for hidden); every other byte of the UTF-8 form becomes
/// <c>~</c> and two hexadecimal digits. Percent signs would be decoded by some readers and not by others. Where a folder that differs only by case is taken,
/// <c>~~</c> and eight hexadecimal digits of the name's SHA-256 follow, since some file systems ignore case.
/// </summary>
public static class TableLocation
{
    private static readonly HashSet<string> ReservedOnWindows = new(
        ["con", "prn", "aux", "nul", .. Enumerable.Range(0, 10).SelectMany(n => new[] { $"com{n}", $"lpt{n}" })],
        StringComparer.OrdinalIgnoreCase);

    /// <param name="taken">The locations of the warehouse's other tables.</param>
    public static string Of(string root, TableIdentifier table, IEnumerable<string> taken)
    {
        var (schema, name) = (Escape(table.Namespace), Escape(table.Name));
        var plain = $"{root}/{schema}/{name}";
        var others = taken.ToList();
        // A schema's folder may meet another schema's of different case; its tables then go beside, not among, the others'.
        var schemaMeets = others.Any(other => FolderOf(other) is var folder
            && folder.Equals($"{root}/{schema}", StringComparison.OrdinalIgnoreCase)
            && !folder.Equals($"{root}/{schema}", StringComparison.Ordinal));
        var home = schemaMeets ? $"{root}/{schema}~~{Hash(table.Namespace)}" : $"{root}/{schema}";
        var wanted = $"{home}/{name}";
        return others.Any(other => other.Equals(wanted, StringComparison.OrdinalIgnoreCase)) ? $"{wanted}~~{Hash(table.Name)}" : schemaMeets ? wanted : plain;
    }

    /// <summary>A name as a folder's name, by the rule above.</summary>
    public static string Escape(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var result = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            var c = (char)bytes[i];
            var stays = char.IsAsciiLetterOrDigit(c) || c == '-'
                || (c == '_' && i > 0)
                || (c == '.' && i > 0 && i < bytes.Length - 1);
            if (stays && !(i == 0 && ReservedOnWindows.Contains(name.Split('.')[0])))
                result.Append(c);
            else
                result.Append(CultureInfo.InvariantCulture, $"~{bytes[i]:x2}");
        }
        // An empty name can't be a folder's.
        return result.Length == 0 ? "~" : result.ToString();
    }

    private static string FolderOf(string location) => location[..location.LastIndexOf('/')];

    private static string Hash(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8];
}
