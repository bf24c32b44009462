using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>An Arrow buffer, pinned for as long as a batch is encoded: taking a span of it for each value would cost more than the value.</summary>
internal unsafe struct PinnedArrowBuffer : IDisposable
{
    private System.Buffers.MemoryHandle handle;
    private byte* pointer;
    private int length;

    public readonly bool IsEmpty => length == 0;

    public readonly ReadOnlySpan<byte> Span => new(pointer, length);

    /// <summary>Pins a buffer that must hold at least <paramref name="needed"/> bytes.</summary>
    public void Pin(ArrowBuffer buffer, long needed)
    {
        if (buffer.Length < needed)
            throw new ArgumentException($"An Arrow buffer has {buffer.Length} bytes where {needed} are needed.", nameof(buffer));
        handle = buffer.Memory.Pin();
        pointer = (byte*)handle.Pointer;
        length = buffer.Length;
    }

    /// <summary>Bit <paramref name="index"/>.</summary>
    public readonly bool Bit(int index) => (Span[index >> 3] & (1 << (index & 7))) != 0;

    public void Dispose()
    {
        handle.Dispose();
        pointer = null;
        length = 0;
    }
}
