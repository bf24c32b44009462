using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;

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
        await using Stream content = await stored.Open(value, cancellation).ConfigureAwait(false);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            long length = 0;
            while (await content.ReadAsync(piece, cancellation).ConfigureAwait(false) is var read and > 0)
            {
                hash.Append(piece.AsSpan(0, read));
                sha.AppendData(piece, 0, read);
                length += read;
                if (length > value.Bytes)
                    break;
            }

            if (length != value.Bytes)
                throw new LargeValueException(value.Location, $"has {(length > value.Bytes ? "more than" : $"{length} and not")} {value.Bytes} bytes");
            if (Convert.ToHexStringLower(sha.GetHashAndReset()) != value.Sha256)
                throw new LargeValueException(value.Location, "holds other bytes than were written: its SHA-256 is another");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
