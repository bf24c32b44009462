using System.Buffers.Binary;
using System.Globalization;

namespace Mammoth.Postgres.Copy.Wire;

/// <summary><c>int2</c>, held in 32 bits.</summary>
internal readonly struct Int2Wire : IFixedWire<int>
{
    public int LongestWire => 2;

    public string? Read(ReadOnlySpan<byte> wire, out int value)
    {
        WireLength.Require(wire, 2, "int2");
        value = BinaryPrimitives.ReadInt16BigEndian(wire);
        return null;
    }

    public int Write(int value, Span<byte> wire)
    {
        if (value != (short)value)
            throw new UnencodableValueException(string.Create(CultureInfo.InvariantCulture, $"{value} is beyond smallint"));
        BinaryPrimitives.WriteInt16BigEndian(wire, (short)value);
        return 2;
    }
}

/// <summary><c>int4</c>.</summary>
internal readonly struct Int4Wire : IFixedWire<int>
{
    public int LongestWire => 4;

    public string? Read(ReadOnlySpan<byte> wire, out int value)
    {
        WireLength.Require(wire, 4, "int4");
        value = BinaryPrimitives.ReadInt32BigEndian(wire);
        return null;
    }

    public int Write(int value, Span<byte> wire)
    {
        BinaryPrimitives.WriteInt32BigEndian(wire, value);
        return 4;
    }
}

/// <summary><c>int8</c>, and the bits of <c>float8</c>: they pass as they are, so that a NaN's payload survives.</summary>
internal readonly struct Int8Wire : IFixedWire<long>
{
    public int LongestWire => 8;

    public string? Read(ReadOnlySpan<byte> wire, out long value)
    {
        WireLength.Require(wire, 8, "int8 or float8");
        value = BinaryPrimitives.ReadInt64BigEndian(wire);
        return null;
    }

    public int Write(long value, Span<byte> wire)
    {
        BinaryPrimitives.WriteInt64BigEndian(wire, value);
        return 8;
    }
}

/// <summary><c>oid</c> and its like: 32 bits without sign, held in 64.</summary>
internal readonly struct OidWire : IFixedWire<long>
{
    public int LongestWire => 4;

    public string? Read(ReadOnlySpan<byte> wire, out long value)
    {
        WireLength.Require(wire, 4, "oid");
        value = BinaryPrimitives.ReadUInt32BigEndian(wire);
        return null;
    }

    public int Write(long value, Span<byte> wire)
    {
        if (value != (uint)value)
            throw new UnencodableValueException(string.Create(CultureInfo.InvariantCulture, $"{value} is beyond oid"));
        BinaryPrimitives.WriteUInt32BigEndian(wire, (uint)value);
        return 4;
    }
}

/// <summary><c>money</c>: the smallest unit in 64 bits, held in 128.</summary>
internal readonly struct MoneyWire : IFixedWire<Int128>
{
    public int LongestWire => 8;

    public string? Read(ReadOnlySpan<byte> wire, out Int128 value)
    {
        WireLength.Require(wire, 8, "money");
        value = BinaryPrimitives.ReadInt64BigEndian(wire);
        return null;
    }

    public int Write(Int128 value, Span<byte> wire)
    {
        if (value != (long)value)
            throw new UnencodableValueException(string.Create(CultureInfo.InvariantCulture, $"{value} is beyond money"));
        BinaryPrimitives.WriteInt64BigEndian(wire, (long)value);
        return 8;
    }
}

/// <summary><c>uuid</c>: 16 bytes in the order they are written.</summary>
internal readonly struct UuidWire : IFixedWire<UInt128>
{
    public int LongestWire => 16;

    public string? Read(ReadOnlySpan<byte> wire, out UInt128 value)
    {
        WireLength.Require(wire, 16, "uuid");
        value = BinaryPrimitives.ReadUInt128LittleEndian(wire);
        return null;
    }

    public int Write(UInt128 value, Span<byte> wire)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(wire, value);
        return 16;
    }
}
