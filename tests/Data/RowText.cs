using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Data;

/// <summary>
/// Rows as text that says every value exactly, for comparing with what SQL engines return: floats by their bits, strings and binaries in hexadecimal,
/// dates in days, times in microseconds.
/// </summary>
internal static partial class RowText
{
    /// <param name="nestedNullsEmpty">For an engine that shows a null list or map as an empty one, and a null struct as one of nulls.</param>
    public static string Of(Schema schema, object?[] row, bool nestedNullsEmpty = false) =>
        string.Join('|', schema.Fields.Select((field, i) => Of(field.Type, row[i], nestedNullsEmpty)));

    private static string Of(IcebergType type, object? value, bool empty)
    {
        if (value is null)
            return !empty || type is not (ListType or MapType or StructType) ? "null"
                : type is StructType nulls ? Of(type, new object?[nulls.Fields.Count], empty) : "[]";
        return (type, value) switch
        {
            (ListType l, object?[] list) => $"[{string.Join(',', list.Select(v => Of(l.Element, v, empty)))}]",
            (StructType s, object?[] fields) => $"({string.Join(',', s.Fields.Select((f, i) => Of(f.Type, fields[i], empty)))})",
            (MapType m, (object, object?)[] map) => $"[{string.Join(',', map.Select(p => $"{Of(m.Key, p.Item1, empty)}={Of(m.Value, p.Item2, empty)}"))}]",
            (DecimalType d, BigInteger unscaled) => Decimal(unscaled, d.Scale),
            (PrimitiveType { Kind: PrimitiveKind.Uuid }, byte[] bytes) => new Guid(bytes, bigEndian: true).ToString(),
            (_, bool b) => b ? "true" : "false",
            (_, string s) => Convert.ToHexString(Encoding.UTF8.GetBytes(s)),
            (_, byte[] bytes) => Convert.ToHexString(bytes),
            (_, float f) => Bits(f),
            (_, double d) => Bits(d),
            (_, IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new NotSupportedException($"{type}: {value}"),
        };
    }

    /// <summary>Text of an engine, in which floats stand as <c>f&lt;1.5&gt;</c> and doubles as <c>d&lt;1.5&gt;</c>, in whatever spelling.</summary>
    public static string Normalize(string text) => Floats().Replace(text, match =>
    {
        var number = match.Groups[2].Value.ToUpperInvariant() switch
        {
            "NAN" or "-NAN" => double.NaN,
            "INF" => double.PositiveInfinity,
            "-INF" => double.NegativeInfinity,
            var digits => double.Parse(digits, CultureInfo.InvariantCulture),
        };
        return match.Groups[1].Value == "d" ? Bits(number)
            : Bits(double.IsFinite(number) ? float.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) : (float)number);
    });

    private static string Bits(float value) => float.IsNaN(value) ? "nan" : BitConverter.SingleToInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture);

    private static string Bits(double value) => double.IsNaN(value) ? "nan" : BitConverter.DoubleToInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    private static string Decimal(BigInteger unscaled, int scale)
    {
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return unscaled.Sign < 0 ? "-" + text : text;
    }

    [GeneratedRegex("([fd])<([^>]*)>")]
    private static partial Regex Floats();
}
