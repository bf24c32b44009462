using System.Buffers;
using System.Security.Cryptography;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Large values in memory, each under a name of its own.</summary>
internal sealed class KeptLargeValues : ILargeValues, IStoredValues
{
    private readonly ArrayBufferWriter<byte> open = new();
    private long announced = -1;

    public Dictionary<string, byte[]> Values { get; } = [];

    /// <summary>The longest piece.</summary>
    public int LongestPiece { get; private set; }

    public void Begin(int column, long length)
    {
        Assert.Equal(-1, announced);
        announced = length;
        open.ResetWrittenCount();
    }

    public void Write(ReadOnlySpan<byte> piece)
    {
        Assert.True(announced >= 0);
        LongestPiece = Math.Max(LongestPiece, piece.Length);
        open.Write(piece);
    }

    public LargeValue End()
    {
        Assert.Equal(announced, open.WrittenCount);
        announced = -1;
        string name = $"value {Values.Count}";
        Values.Add(name, open.WrittenSpan.ToArray());
        return new(name, open.WrittenCount, Convert.ToHexStringLower(SHA256.HashData(Values[name])));
    }

    public Task<Stream> Open(LargeValue value, CancellationToken cancellation) =>
        Values.TryGetValue(value.Location, out byte[]? bytes) ? Task.FromResult<Stream>(new MemoryStream(bytes)) : throw new LargeValueException(value.Location, "is gone");
}
