using System.Buffers;
using System.IO.Hashing;

namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>The hash of a row's tuple of which large values come from their objects, piece by piece; that they are what was written is checked on the way.</summary>
internal sealed class LargeRowHash(IStoredValues stored)
{
    private const int PieceBytes = 1 << 18;
    private const int MostRemembered = 4096;
    private readonly XxHash128 hash = new();
    private readonly HashSet<LargeValue> whole = [];

    public UInt128 Value => hash.GetCurrentHashAsUInt128();

    public void Begin() => hash.Reset();

    /// <summary>Bytes of the tuple that are in memory.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => hash.Append(bytes);

    /// <summary>The bytes of an object.</summary>
    /// <exception cref="LargeValueException">It is gone, or has other bytes than were written.</exception>
    public Task Add(LargeValue value, CancellationToken cancellation) => Read(value, hashes: true, cancellation);

    /// <summary>Reads an object only to see that it is what was written.</summary>
    /// <inheritdoc cref="Add(LargeValue, CancellationToken)"/>
    public async Task Check(LargeValue value, CancellationToken cancellation)
    {
        // Many rows may name the same.
        if (whole.Contains(value))
            return;
        await Read(value, hashes: false, cancellation).ConfigureAwait(false);
        if (whole.Count == MostRemembered)
            whole.Clear();
        whole.Add(value);
    }

    private async Task Read(LargeValue value, bool hashes, CancellationToken cancellation)
    {
        await using var content = new LargeValueStream(value, await stored.Open(value, cancellation).ConfigureAwait(false));
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (await content.ReadAsync(piece, cancellation).ConfigureAwait(false) is var read and > 0)
            {
                if (hashes)
                    hash.Append(piece.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
