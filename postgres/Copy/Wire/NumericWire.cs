using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mammoth.Postgres.Copy.Wire;

/// <summary>
/// <c>numeric(precision, scale)</c>: base-10000 digits with a weight, a sign and a display scale on the wire; 128 bits in the column.
/// The server sends neither leading nor trailing zero digits, so that value and scale give back the same bytes.
/// </summary>
internal readonly struct NumericWire(int precision, int scale) : IFixedWire<Int128>
{
    private const int HeaderLength = 8;
    private const int Base = 10_000;
    private const ushort Negative = 0x4000;

    /// <summary>So many digits fit 63 bits.</summary>
    private const int LongestSmall = 18;

    /// <summary>Short values are below it: the column's own limit, or what fits 64 bits.</summary>
    private readonly ulong shortLimit = (ulong)BigInteger.Pow(10, Math.Min(precision, LongestSmall));

    public int LongestWire => HeaderLength + (2 * 12);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public string? Read(ReadOnlySpan<byte> wire, out Int128 value)
    {
        if (TryReadShort(wire, out long small))
        {
            value = small;
            return null;
        }

        return ReadAny(wire, out value);
    }

    /// <summary>Reads what nearly all values are: a few digits of the column's scale, whose number fits 64 bits. Whatever is unusual is left to <see cref="ReadAny"/>.</summary>
    private bool TryReadShort(ReadOnlySpan<byte> wire, out long value)
    {
        value = 0;
        if (wire.Length is <= HeaderLength or > HeaderLength + sizeof(ulong) || (wire.Length & 1) != 0)
            return false;
        int count = (wire.Length - HeaderLength) / 2;
        ulong header = BinaryPrimitives.ReadUInt64BigEndian(wire);
        int weight = (short)(header >> 32);

        // All but the weight is known, and the sign.
        if ((header & 0xFFFF_0000_BFFF_FFFF) != (((ulong)count << 48) | (uint)scale))
            return false;

        // Up to four digits of 16 bits, behind what is still of the header.
        ulong digits = BinaryPrimitives.ReadUInt64BigEndian(wire[^sizeof(ulong)..]) & (ulong.MaxValue >> (64 - (16 * count)));
        if ((ushort)digits == 0 || digits >> (16 * (count - 1)) == 0 || !AreDigits(digits))
            return false;
        ulong high = ((digits >> 48) * Base) + (ushort)(digits >> 32);
        ulong low = ((ulong)(ushort)(digits >> 16) * Base) + (ushort)digits;
        ulong sum = (high * Base * Base) + low;

        // The power of ten of the lowest digit in units of the scale: what stands below the unit must be zero.
        ulong number;
        bool isWhole = true;
        switch ((4 * (weight - count + 1)) + scale)
        {
            case 0: number = sum; break;
            case 1: number = sum * 10; break;
            case 2: number = sum * 100; break;
            case 3: number = sum * 1000; break;
            case -1: number = sum / 10; isWhole = number * 10 == sum; break;
            case -2: number = sum / 100; isWhole = number * 100 == sum; break;
            case -3: number = sum / 1000; isWhole = number * 1000 == sum; break;
            default: return false;
        }

        if (!isWhole || number >= shortLimit)
            return false;
        value = (header & ((ulong)Negative << 16)) != 0 ? -(long)number : (long)number;
        return true;
    }

    /// <summary>Each of four numbers of 16 bits is a digit of base 10000.</summary>
    private static bool AreDigits(ulong digits) =>
        ((((digits & 0x7FFF_7FFF_7FFF_7FFF) + 0x58F0_58F0_58F0_58F0) | digits) & 0x8000_8000_8000_8000) == 0;

    private string? ReadAny(ReadOnlySpan<byte> wire, out Int128 value)
    {
        value = 0;
        if (wire.Length < HeaderLength)
            throw new CopyFormatException($"A numeric takes {wire.Length} bytes, fewer than its header.");
        int count = BinaryPrimitives.ReadInt16BigEndian(wire);
        int weight = BinaryPrimitives.ReadInt16BigEndian(wire[2..]);
        ushort sign = BinaryPrimitives.ReadUInt16BigEndian(wire[4..]);
        int displayScale = BinaryPrimitives.ReadUInt16BigEndian(wire[6..]);
        if (count < 0 || wire.Length != HeaderLength + (2 * count))
            throw new CopyFormatException($"A numeric of {count} digits takes {wire.Length} bytes.");
        if (sign is not (0 or Negative))
            return Special(sign);
        if (displayScale != scale)
            return "numeric scale";
        ReadOnlySpan<byte> digits = wire[HeaderLength..];
        if (count == 0)
            return weight == 0 && sign == 0 ? null : "numeric form";
        return ReadDigits(digits, weight, sign == Negative, out value);
    }

    [SkipLocalsInit]
    public int Write(Int128 value, Span<byte> wire)
    {
        bool negative = value < 0;
        UInt128 rest = negative ? (UInt128)(-value) : (UInt128)value;
        Span<ushort> groups = stackalloc ushort[12];
        int count = 0;

        // The lowest group holds those digits behind the point that do not fill a group, moved up.
        int partial = scale & 3;
        if (partial != 0)
        {
            uint power = Power(partial);
            (rest, UInt128 low) = DivRem(rest, power);
            groups[count++] = (ushort)((uint)low * Power(4 - partial));
        }

        while (rest > ulong.MaxValue)
        {
            (rest, UInt128 low) = UInt128.DivRem(rest, Base);
            groups[count++] = (ushort)low;
        }

        for (ulong small = (ulong)rest; small != 0;)
        {
            (small, ulong low) = Math.DivRem(small, Base);
            groups[count++] = (ushort)low;
        }

        int lowest = 0;
        while (lowest < count && groups[lowest] == 0)
            lowest++;
        while (count > lowest && groups[count - 1] == 0)
            count--;
        int written = count - lowest;
        int weight = written == 0 ? 0 : count - 1 - ((scale + 3) >> 2);
        BinaryPrimitives.WriteInt16BigEndian(wire, (short)written);
        BinaryPrimitives.WriteInt16BigEndian(wire[2..], (short)weight);
        BinaryPrimitives.WriteUInt16BigEndian(wire[4..], negative ? Negative : (ushort)0);
        BinaryPrimitives.WriteUInt16BigEndian(wire[6..], (ushort)scale);
        for (int i = 0; i < written; i++)
            BinaryPrimitives.WriteUInt16BigEndian(wire[(HeaderLength + (2 * i))..], groups[count - 1 - i]);
        return HeaderLength + (2 * written);
    }

    private static string Special(ushort sign) => sign switch
    {
        0xC000 => "NaN",
        0xD000 => "infinity",
        0xF000 => "-infinity",
        _ => throw new CopyFormatException(string.Create(CultureInfo.InvariantCulture, $"A numeric has the sign 0x{sign:x4}.")),
    };

    private string? ReadDigits(ReadOnlySpan<byte> digits, int weight, bool negative, out Int128 value)
    {
        value = 0;
        int count = digits.Length / 2;
        int first = Digit(digits, 0);
        if (first == 0 || Digit(digits, count - 1) == 0)
            return "numeric form";

        // Digits before the point, and the power of ten of the lowest group when counted in units of the scale.
        int whole = (4 * weight) + (first >= 1000 ? 4 : first >= 100 ? 3 : first >= 10 ? 2 : 1);
        if (whole > precision - scale)
            return "numeric precision";
        int lowest = (4 * (weight - count + 1)) + scale;
        if (lowest <= -4)
            return "numeric scale";

        // Nearly all columns need no more than 64 bits, and what is on the way is never larger than the value.
        if (precision <= LongestSmall)
        {
            if (!TrySum(digits, lowest, out long small))
                return "numeric scale";
            value = negative ? -small : small;
            return null;
        }

        if (!TrySum(digits, lowest, out Int128 large))
            return "numeric scale";
        value = negative ? -large : large;
        return null;
    }

    /// <summary>The digits as a number in units of the scale.</summary>
    /// <param name="lowest">The power of ten of the lowest group in those units, above -4.</param>
    /// <returns>Whether no digit is below the unit.</returns>
    private static bool TrySum<T>(ReadOnlySpan<byte> digits, int lowest, out T sum)
        where T : struct, IBinaryInteger<T>
    {
        sum = T.Zero;
        int full = lowest < 0 ? digits.Length - 2 : digits.Length;
        for (int i = 0; i < full; i += 2)
            sum = (sum * T.CreateTruncating(Base)) + T.CreateTruncating(Digit(digits, i / 2));
        if (lowest < 0)
        {
            (uint kept, uint lost) = Math.DivRem((uint)Digit(digits, full / 2), Power(-lowest));
            if (lost != 0)
                return false;
            sum = (sum * T.CreateTruncating(Power(4 + lowest))) + T.CreateTruncating(kept);
        }

        for (; lowest >= 4; lowest -= 4)
            sum *= T.CreateTruncating(Base);
        if (lowest > 0)
            sum *= T.CreateTruncating(Power(lowest));
        return true;
    }

    private static int Digit(ReadOnlySpan<byte> digits, int index)
    {
        int digit = BinaryPrimitives.ReadUInt16BigEndian(digits[(2 * index)..]);
        return digit < Base ? digit : throw new CopyFormatException($"A numeric has the digit {digit}, beyond base {Base}.");
    }

    private static uint Power(int exponent) => exponent switch
    {
        0 => 1,
        1 => 10,
        2 => 100,
        _ => 1000,
    };

    /// <summary>Nearly all values fit 64 bits, where dividing is far cheaper.</summary>
    private static (UInt128 Quotient, UInt128 Remainder) DivRem(UInt128 value, uint divisor)
    {
        if (value > ulong.MaxValue)
            return UInt128.DivRem(value, divisor);
        (ulong quotient, ulong remainder) = Math.DivRem((ulong)value, divisor);
        return (quotient, remainder);
    }
}
