using System.Buffers.Binary;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>The bytes of one tuple, in memory that is used again for the next.</summary>
internal sealed class TupleWriter : IDisposable
{
    private byte[] bytes = RowArrays.Rent(1 << 12);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>The same for one who waits; of no use once more is written.</summary>
    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Takes back what was written from here on.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Room for at least <paramref name="size"/> bytes; <see cref="Advance"/> keeps those that were used.</summary>
    public Span<byte> Room(int size)
    {
        if (size > bytes.Length - Length)
            Grow(size);
        return bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void WriteInt16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(Room(2), value);
        Length += 2;
    }

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(4), value);
        Length += 4;
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        Length += value.Length;
    }

    /// <summary>Leaves room for a length and returns where it stands.</summary>
    public int BeginLength()
    {
        Room(4);
        Length += 4;
        return Length;
    }

    /// <summary>Fills in the length of what was written since <see cref="BeginLength"/>.</summary>
    public void EndLength(int start) => BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(start - 4), Length - start);

    public void Dispose()
    {
        RowArrays.Return(bytes);
        bytes = [];
    }

    private void Grow(int size)
    {
        long wanted = Math.Max((long)Length + size, 2L * bytes.Length);
        byte[] grown = RowArrays.Rent(Math.Min(wanted, Array.MaxLength));
        Written.CopyTo(grown);
        RowArrays.Return(bytes);
        bytes = grown;
    }
}
