using System.Globalization;
using System.Text;

namespace Mammoth.Tests.Types.Values;

/// <summary>Random parts of values, the odd ones often.</summary>
internal static class Some
{
    private static readonly string[] Pieces =
    [
        "a", "B", "z9", " ", "  ", "\t", "\n", "\r\n", "'", "\"", "\\", "\\N", "\\.", ",", ";", "{", "}", "(", ")", "[", "]", "<", "&", "%", "$", "=>", ":", "null", "NULL", "ß", "é",
        "e\u0301", "ı", "İ", "Ω", "日本", "א", "\u200f", "\ufeff", "\ufffd", "\u0001", "\u001f", "\u007f", "\u0085", "\u2028", "🐘", "👩‍👩‍👧", "\U0010ffff",
    ];

    public static T Pick<T>(this Random random, params IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>Whether, in one of so many times.</summary>
    public static bool OneIn(this Random random, int times) => random.Next(times) == 0;

    /// <summary>Any number between two, the ends, zero and powers of ten more often.</summary>
    public static long Whole(this Random random, long low, long high) => random.Next(6) switch
    {
        0 => random.Pick(low, high, low + 1, high - 1),
        1 => Math.Clamp(random.Pick(0, 1, -1, 10, 99, 100, 9_999, 10_000), low, high),
        2 => Math.Clamp(random.NextInt64(-1000, 1000), low, high),
        _ => high == long.MaxValue ? random.NextInt64(low, high) : random.NextInt64(low, high + 1),
    };

    public static string Text(this IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>Text of characters that trip parsers, at most so many of them.</summary>
    public static string Text(this Random random, int most)
    {
        var text = new StringBuilder();
        for (int left = random.Next(most + 1); left > 0;)
        {
            string piece = random.OneIn(3) ? ((char)random.Next('a', 'z' + 1)).ToString() : random.Pick(Pieces);
            left -= piece.EnumerateRunes().Count();
            if (left >= 0)
                text.Append(piece);
        }

        return text.ToString();
    }

    /// <summary>A word of letters and digits that begins with a letter.</summary>
    public static string Word(this Random random) =>
        $"{random.Pick("a", "b", "x", "ünï", "Z")}{new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => random.Pick([.. "abcxyz019"]))])}";

    /// <summary>Digits with a point before the last so many, without a zero in front.</summary>
    public static string Digits(this Random random, int whole, int scale)
    {
        var text = new StringBuilder(random.OneIn(2) ? "-" : "");
        int count = whole == 0 ? 0 : random.OneIn(3) ? whole : random.Next(whole + 1);
        for (int i = 0; i < count; i++)
            text.Append(i == 0 ? (char)random.Next('1', '9' + 1) : random.OneIn(4) ? '9' : (char)random.Next('0', '9' + 1));
        text.Append(count == 0 ? "0" : "");
        for (int i = 0; i < scale; i++)
            text.Append(i == 0 ? "." : "").Append(random.OneIn(3) ? '0' : (char)random.Next('0', '9' + 1));
        return text.ToString();
    }

    public static byte[] Bytes(this Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>So many values between two separators.</summary>
    public static string Joined(this Random random, string separator, int least, int most, Func<string> next) =>
        string.Join(separator, Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => next()).ToList());

    /// <summary>A double of any size, sometimes none.</summary>
    public static string Double(this Random random) => random.Next(5) switch
    {
        0 => random.Pick("NaN", "Infinity", "-Infinity", "0", "-0", "5e-324", "-5e-324", "1.7976931348623157e+308", "2.2250738585072014e-308", "0.1", "1e22", "1e23"),
        1 => random.Next(-1000, 1000).Text(),
        _ => Bits(BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))),
    };

    public static string Single(this Random random) => random.Next(5) switch
    {
        0 => random.Pick("NaN", "Infinity", "-Infinity", "0", "-0", "1e-45", "-1e-45", "3.4028235e+38", "1.1754944e-38", "0.1", "16777216", "1e10"),
        1 => random.Next(-1000, 1000).Text(),
        _ => Bits(BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue))),
    };

    private static string Bits<T>(T value)
        where T : System.Numerics.IFloatingPointIeee754<T> => T.IsNaN(value) ? "NaN" : value.ToString("R", CultureInfo.InvariantCulture);
}
