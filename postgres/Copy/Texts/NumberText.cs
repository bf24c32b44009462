using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Mammoth.Postgres.Copy.Texts;

/// <summary>Floats and numerics as their output functions print them, floats with the fewest digits that give them back.</summary>
internal static class NumberText
{
    private const int NumericHeader = 8;

    /// <summary>No float needs more.</summary>
    private const int MostDigits = 17;

    /// <summary>Digits behind those of a number that make another as near to it as no float's bound is.</summary>
    private const int Nearness = 60;

    public static void WriteFloat4(float value, IBufferWriter<byte> text) => WriteFloat(value, fixedBelow: 6, text);

    public static void WriteFloat8(double value, IBufferWriter<byte> text) => WriteFloat(value, fixedBelow: 15, text);

    /// <summary>Money has no text that is the same in all locales: its amount.</summary>
    public static void WriteMoney(long value, int scale, IBufferWriter<byte> text)
    {
        if (value < 0)
            text.Write((byte)'-');
        UInt128 amount = (UInt128)Int128.Abs(value);
        Span<byte> digits = stackalloc byte[40];
        amount.TryFormat(digits, out int length, $"D{scale + 1}", CultureInfo.InvariantCulture);
        text.Write(digits[..(length - scale)]);
        if (scale > 0)
        {
            text.Write((byte)'.');
            text.Write(digits[(length - scale)..length]);
        }
    }

    /// <returns>False where the bytes are no numeric.</returns>
    public static bool TryWriteNumeric(ReadOnlySpan<byte> wire, IBufferWriter<byte> text)
    {
        if (wire.Length < NumericHeader)
            return false;
        int count = BinaryPrimitives.ReadInt16BigEndian(wire);
        int weight = BinaryPrimitives.ReadInt16BigEndian(wire[2..]);
        int scale = BinaryPrimitives.ReadUInt16BigEndian(wire[6..]);
        if (count < 0 || wire.Length != NumericHeader + (2 * count))
            return false;
        switch (BinaryPrimitives.ReadUInt16BigEndian(wire[4..]))
        {
            case 0:
                break;
            case 0x4000:
                text.Write((byte)'-');
                break;
            case 0xC000:
                text.Write("NaN"u8);
                return true;
            case 0xD000:
                text.Write("Infinity"u8);
                return true;
            case 0xF000:
                text.Write("-Infinity"u8);
                return true;
            default:
                return false;
        }

        ReadOnlySpan<byte> groups = wire[NumericHeader..];
        text.Write(weight < 0 ? 0 : Group(groups, 0));
        for (int i = 1; i <= weight; i++)
            text.Write(Group(groups, i), 4);
        if (scale == 0)
            return true;
        text.Write((byte)'.');
        for (int i = weight + 1, left = scale; left > 0; i++, left -= 4)
        {
            int group = i < 0 ? 0 : Group(groups, i);
            if (left >= 4)
                text.Write(group, 4);
            else
                text.Write(group / (left == 3 ? 10 : left == 2 ? 100 : 1000), (byte)left);
        }

        return true;
    }

    private static int Group(ReadOnlySpan<byte> groups, int index) => 2 * index < groups.Length ? BinaryPrimitives.ReadUInt16BigEndian(groups[(2 * index)..]) : 0;

    /// <param name="fixedBelow">From this power of ten on there is an exponent.</param>
    private static void WriteFloat<T>(T value, int fixedBelow, IBufferWriter<byte> text)
        where T : IBinaryFloatingPointIeee754<T>
    {
        if (!T.IsFinite(value))
        {
            text.Write(T.IsNaN(value) ? "NaN"u8 : T.IsPositive(value) ? "Infinity"u8 : "-Infinity"u8);
            return;
        }

        if (T.IsNegative(value))
            text.Write((byte)'-');
        T magnitude = T.Abs(value);
        Span<byte> digits = stackalloc byte[32];
        int count = Digits(magnitude, "", digits, out int exponent);

        // PostgreSQL takes no decimal that lies right between two floats, though reading it gives this one.
        for (int precision = count; !IsWithin(magnitude, digits[..count], exponent) && precision < MostDigits; precision++)
            count = Digits(magnitude, string.Create(CultureInfo.InvariantCulture, $"E{precision}"), digits, out exponent);
        if (exponent < -4 || exponent >= fixedBelow)
            WriteScientific(digits[..count], exponent, text);
        else
            WriteFixed(digits[..count], exponent, text);
    }

    /// <summary>A number's significant digits, and the power of ten of the first.</summary>
    /// <param name="digits">Where to put them.</param>
    /// <returns>How many they are.</returns>
    private static int Digits<T>(T magnitude, string format, Span<byte> digits, out int exponent)
        where T : IBinaryFloatingPointIeee754<T>
    {
        Span<byte> written = stackalloc byte[40];
        magnitude.TryFormat(written, out int length, format, CultureInfo.InvariantCulture);
        written = written[..length];
        int mark = written.IndexOf((byte)'E');
        int power = mark < 0 ? 0 : int.Parse(written[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        Span<byte> plain = mark < 0 ? written : written[..mark];
        int point = plain.IndexOf((byte)'.');
        int whole = point < 0 ? plain.Length : point;
        int count = 0;
        int leading = 0;
        foreach (byte c in plain)
        {
            if (count == 0 && c == '0')
                leading++;
            else if (c != '.')
                digits[count++] = c;
        }

        while (count > 0 && digits[count - 1] == '0')
            count--;
        if (count == 0)
        {
            digits[count++] = (byte)'0';
            exponent = 0;
            return count;
        }

        exponent = power + whole - leading - 1;
        return count;
    }

    /// <summary>Whether a little more and a little less give back the same number.</summary>
    private static bool IsWithin<T>(T magnitude, ReadOnlySpan<byte> digits, int exponent)
        where T : IBinaryFloatingPointIeee754<T>
    {
        if (digits is [(byte)'0'])
            return true;
        Span<byte> near = stackalloc byte[digits.Length + Nearness + 8];
        digits.CopyTo(near);
        Span<byte> tail = near.Slice(digits.Length, Nearness);
        int power = exponent - (digits.Length + Nearness - 1);
        near[digits.Length + Nearness] = (byte)'E';
        power.TryFormat(near[(digits.Length + Nearness + 1)..], out int length, default, CultureInfo.InvariantCulture);
        near = near[..(digits.Length + Nearness + 1 + length)];
        tail.Fill((byte)'0');
        tail[^1] = (byte)'1';
        if (T.Parse(near, NumberStyles.Float, CultureInfo.InvariantCulture) != magnitude)
            return false;

        // The last significant digit is not 0.
        near[digits.Length - 1]--;
        tail.Fill((byte)'9');
        return T.Parse(near, NumberStyles.Float, CultureInfo.InvariantCulture) == magnitude;
    }

    private static void WriteScientific(ReadOnlySpan<byte> digits, int exponent, IBufferWriter<byte> text)
    {
        text.Write(digits[0]);
        if (digits.Length > 1)
        {
            text.Write((byte)'.');
            text.Write(digits[1..]);
        }

        text.Write((byte)'e');
        text.Write(exponent < 0 ? (byte)'-' : (byte)'+');
        text.Write(Math.Abs(exponent), 2);
    }

    private static void WriteFixed(ReadOnlySpan<byte> digits, int exponent, IBufferWriter<byte> text)
    {
        if (exponent < 0)
        {
            text.Write("0."u8);
            for (int i = -1; i > exponent; i--)
                text.Write((byte)'0');
            text.Write(digits);
            return;
        }

        text.Write(digits[..Math.Min(digits.Length, exponent + 1)]);
        for (int i = digits.Length; i <= exponent; i++)
            text.Write((byte)'0');
        if (digits.Length > exponent + 1)
        {
            text.Write((byte)'.');
            text.Write(digits[(exponent + 1)..]);
        }
    }
}
