using System.Text;

namespace Mammoth.Iceberg.Schemas;

/// <summary>
/// Shortens bounds of strings and binaries (the reference's <c>truncate(16)</c>): a lower bound is cut, an upper bound is cut and rounded <b>up</b>,
/// so that every value stays between them. Lengths are code points for strings, bytes for binaries.
/// </summary>
public static class BoundTruncation
{
    public const int DefaultLength = 16;

    /// <summary>The lower bound as UTF-8, cut to <paramref name="length"/> code points.</summary>
    public static byte[] LowerText(ReadOnlySpan<byte> utf8, int length = DefaultLength) => utf8[..PrefixOf(utf8, length)].ToArray();

    /// <summary>The upper bound as UTF-8, or null where no string of this length is above the value.</summary>
    public static byte[]? UpperText(ReadOnlySpan<byte> utf8, int length = DefaultLength)
    {
        var kept = PrefixOf(utf8, length);
        if (kept == utf8.Length)
            return utf8.ToArray();
        var runes = new List<Rune>(length);
        foreach (var rune in Encoding.UTF8.GetString(utf8[..kept]).EnumerateRunes())
            runes.Add(rune);
        for (var last = runes.Count - 1; last >= 0; last--)
        {
            if (runes[last].Value == 0x10FFFF)
                continue;
            // The code points after U+D7FF are surrogates, which no UTF-8 holds.
            var next = runes[last].Value == 0xD7FF ? 0xE000 : runes[last].Value + 1;
            runes[last] = new Rune(next);
            return Encoding.UTF8.GetBytes(string.Concat(runes.Take(last + 1)));
        }
        return null;
    }

    public static byte[] LowerBinary(ReadOnlySpan<byte> value, int length = DefaultLength) => value[..Math.Min(length, value.Length)].ToArray();

    /// <summary>The upper bound, or null where no value of this length is above it (all bytes 0xFF).</summary>
    public static byte[]? UpperBinary(ReadOnlySpan<byte> value, int length = DefaultLength)
    {
        if (value.Length <= length)
            return value.ToArray();
        for (var last = length - 1; last >= 0; last--)
        {
            if (value[last] == 0xFF)
                continue;
            var bound = value[..(last + 1)].ToArray();
            bound[last]++;
            return bound;
        }
        return null;
    }

    // How many bytes the first code points take: a byte that is no continuation (10xxxxxx) starts a code point.
    private static int PrefixOf(ReadOnlySpan<byte> utf8, int codePoints)
    {
        for (var i = 0; i < utf8.Length; i++)
            if ((utf8[i] & 0xC0) != 0x80 && codePoints-- == 0)
                return i;
        return utf8.Length;
    }
}
