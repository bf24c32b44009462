using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>A multiset of lines as a number: how many, and the sum of their hashes. Order does not matter, twins do.</summary>
internal readonly record struct RowSum(long Rows, UInt128 Sum)
{
    public RowSum With(string line) => new(Rows + 1, unchecked(Sum + Hash(line)));

    public static UInt128 Hash(string line)
    {
        Span<byte> utf8 = Encoding.UTF8.GetByteCount(line) <= 4096 ? stackalloc byte[4096] : new byte[Encoding.UTF8.GetByteCount(line)];
        return XxHash128.HashToUInt128(utf8[..Encoding.UTF8.GetBytes(line, utf8)]);
    }
}

/// <summary>Which lines two multisets don't share; holds a hash for each line, so it is for when the sums differ.</summary>
internal sealed class RowDifference
{
    private const int Shown = 5;

    private readonly Dictionary<UInt128, int> counts = [];

    public async Task Add(IAsyncEnumerable<string> lines, CancellationToken cancellation)
    {
        await foreach (var line in lines.WithCancellation(cancellation))
            CollectionsMarshal.GetValueRefOrAddDefault(counts, RowSum.Hash(line), out _)++;
    }

    public async Task Take(IAsyncEnumerable<string> lines, CancellationToken cancellation)
    {
        await foreach (var line in lines.WithCancellation(cancellation))
            CollectionsMarshal.GetValueRefOrAddDefault(counts, RowSum.Hash(line), out _)--;
    }

    /// <summary>The first lines of which there are more among those added (<paramref name="sign"/> 1) or taken (-1), with how many more.</summary>
    public async Task<string> Surplus(IAsyncEnumerable<string> lines, int sign, CancellationToken cancellation)
    {
        var surplus = counts.Values.Where(c => Math.Sign(c) == sign).Sum(Math.Abs);
        var text = new StringBuilder().Append(surplus).Append(" rows");
        var left = Math.Min(Shown, surplus);
        var shown = new HashSet<UInt128>();
        await foreach (var line in lines.WithCancellation(cancellation))
        {
            if (left == 0)
                break;
            var hash = RowSum.Hash(line);
            if (Math.Sign(counts.GetValueOrDefault(hash)) != sign || !shown.Add(hash))
                continue;
            left--;
            text.Append("\n    ").Append(Math.Abs(counts[hash])).Append(" × ").Append(line.Length > 4000 ? line[..4000] + "…" : line);
        }
        return text.ToString();
    }
}
