using System.Buffers.Binary;

namespace Mammoth.Postgres.Copy.Wire;

/// <summary><c>date</c>: days since 2000-01-01 on the wire, since 1970-01-01 in the column.</summary>
internal readonly struct DateWire : IFixedWire<int>
{
    public int LongestWire => 4;

    public string? Read(ReadOnlySpan<byte> wire, out int value)
    {
        WireLength.Require(wire, 4, "date");
        int days = BinaryPrimitives.ReadInt32BigEndian(wire);
        value = unchecked(days + Calendar.EpochDays);
        return value is >= Calendar.FirstDay and <= Calendar.LastDay ? null : Calendar.WhyUnfitDate(days);
    }

    public int Write(int value, Span<byte> wire)
    {
        BinaryPrimitives.WriteInt32BigEndian(wire, checked(value - Calendar.EpochDays));
        return 4;
    }
}

/// <summary><c>time</c>: microseconds since midnight.</summary>
internal readonly struct TimeWire : IFixedWire<long>
{
    public int LongestWire => 8;

    public string? Read(ReadOnlySpan<byte> wire, out long value)
    {
        WireLength.Require(wire, 8, "time");
        value = BinaryPrimitives.ReadInt64BigEndian(wire);
        if ((ulong)value < Calendar.DayMicroseconds)
            return null;
        return value == Calendar.DayMicroseconds ? "24:00:00" : throw new CopyFormatException($"A time is {value} microseconds after midnight.");
    }

    public int Write(long value, Span<byte> wire)
    {
        BinaryPrimitives.WriteInt64BigEndian(wire, value);
        return 8;
    }
}

/// <summary><c>timestamp</c> and <c>timestamptz</c>: microseconds since 2000-01-01 on the wire, since 1970-01-01 in the column.</summary>
internal readonly struct TimestampWire : IFixedWire<long>
{
    public int LongestWire => 8;

    public string? Read(ReadOnlySpan<byte> wire, out long value)
    {
        WireLength.Require(wire, 8, "timestamp");
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(wire);
        if (microseconds is < Calendar.FirstMicrosecond - Calendar.EpochMicroseconds or > Calendar.LastMicrosecond - Calendar.EpochMicroseconds)
        {
            value = 0;
            return Calendar.WhyUnfitTimestamp(microseconds);
        }

        value = microseconds + Calendar.EpochMicroseconds;
        return null;
    }

    public int Write(long value, Span<byte> wire)
    {
        BinaryPrimitives.WriteInt64BigEndian(wire, checked(value - Calendar.EpochMicroseconds));
        return 8;
    }
}
