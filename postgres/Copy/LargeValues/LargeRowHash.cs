using System.Buffers;
using System.IO.Hashing;

namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>The hash of a row's tuple of which large values come from their objects, piece by piece; that they are what was written is checked on the way.</summary>
internal sealed class LargeRowHash(IStoredValues stored)
{
    private const int PieceBytes = 1 << 18;
    private readonly XxHash128 hash = new();

    public UInt128 Value => hash.GetCurrentHashAsUInt128();

    public void Begin() => hash.Reset();

    /// <summary>Bytes of the tuple that are in memory.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => hash.Append(bytes);

    /// <summary>The bytes of an object.</summary>
    /// <exception cref="LargeValueException">It is gone, or has other bytes than were written.</exception>
    public async Task Add(LargeValue value, CancellationToken cancellation)
    {
        await using var content = new LargeValueStream(value, await stored.Open(value, cancellation).ConfigureAwait(false));
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (await content.ReadAsync(piece, cancellation).ConfigureAwait(false) is var read and > 0)
                hash.Append(piece.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
