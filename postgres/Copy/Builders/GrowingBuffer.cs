using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>
/// Growable pinned memory of one column. Pinned so that writers may take its address; collected so that a batch somebody forgot,
/// or read too late, is never a read of freed memory. Reused from batch to batch: nothing is allocated once it has grown.
/// </summary>
internal sealed unsafe class GrowingBuffer
{
    private byte[] bytes = [];

    /// <summary>The first byte; moves when the buffer grows.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>Grows to at least <paramref name="length"/>, keeping what is there; what is new is not cleared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reserve(long length)
    {
        if (length > bytes.Length)
            Grow(length);
    }

    /// <summary>Writes 64 bits from bit <paramref name="at"/> on, the lowest first; those before it stay.</summary>
    public void WriteBits(int at, ulong bits)
    {
        int shift = at & 7;
        Reserve((at >> 3) + sizeof(ulong) + 1L);
        byte* to = Pointer + (at >> 3);
        ulong kept = *to & ((1UL << shift) - 1);
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(to, sizeof(ulong)), kept | (bits << shift));
        to[sizeof(ulong)] = (byte)(bits >> 1 >> (63 - shift));
    }

    /// <summary>The first <paramref name="length"/> bytes.</summary>
    public ReadOnlyMemory<byte> Written(int length) => bytes.AsMemory(0, length);

    /// <summary>All bytes from <paramref name="start"/> on.</summary>
    public Span<byte> From(int start) => bytes.AsSpan(start);

    /// <summary>Gives the memory back where it has grown beyond <paramref name="length"/>.</summary>
    public void Shrink(int length)
    {
        if (bytes.Length > length)
        {
            PinnedArrays.Return(bytes);
            bytes = [];
            Pointer = null;
        }
    }

    /// <summary>Gives the memory to those that come after; a buffer that is used again grows anew.</summary>
    public void Release() => Shrink(0);

    private void Grow(long length)
    {
        if (length > Array.MaxLength)
            throw new CopyFormatException($"a column of one batch would take {length} bytes, more than a batch can hold");
        byte[] grown = PinnedArrays.Rent(length);
        bytes.CopyTo(grown, 0);
        PinnedArrays.Return(bytes);
        bytes = grown;
        Pointer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(grown));
    }
}
