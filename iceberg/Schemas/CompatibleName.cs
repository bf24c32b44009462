using System.Globalization;
using System.Text;

namespace Mammoth.Iceberg.Schemas;

/// <summary>
/// Names as Avro takes them, which the reference also writes into Parquet files: a character that is no letter, digit or underscore becomes
/// <c>_x</c> and its UTF-16 code in hexadecimal. Readers go by field ids, but some look a column up under this name.
/// </summary>
internal static class CompatibleName
{
    public static string Of(string name)
    {
        var compatible = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (c == '_' || char.IsLetter(c) || (compatible.Length > 0 && char.IsDigit(c)))
                compatible.Append(c);
            else if (char.IsDigit(c))
                compatible.Append('_').Append(c);
            else
                compatible.Append("_x").Append(((int)c).ToString("X", CultureInfo.InvariantCulture));
        }
        return compatible.ToString();
    }
}
