using System.Numerics;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>
/// Pinned arrays that decoders leave to those that come after them: a chunk needs the memory of the chunk before. Keeps a bounded number; safe for several threads.
/// </summary>
internal static class PinnedArrays
{
    /// <summary>Bytes kept at most, over all sizes.</summary>
    private const long MostKept = 64 << 20;

    /// <summary>Larger ones were for one large value and are given back.</summary>
    private const int LargestKept = 16 << 20;

    private static readonly Stack<byte[]>[] Free = [.. Enumerable.Range(0, 32).Select(_ => new Stack<byte[]>())];
    private static readonly Lock Gate = new();
    private static long kept;

    /// <summary>An array of at least this length, with whatever is in it.</summary>
    public static byte[] Rent(long length)
    {
        int size = BitOperations.Log2((ulong)Math.Max(length, 256) - 1) + 1;
        if (size < Free.Length - 1)
        {
            lock (Gate)
            {
                if (Free[size].TryPop(out byte[]? array))
                {
                    kept -= array.Length;
                    return array;
                }
            }
        }

        // What is not kept need not be of a size that others ask for.
        return GC.AllocateUninitializedArray<byte>((int)Math.Min(length > LargestKept ? length + (length / 8) : 1L << size, Array.MaxLength), pinned: true);
    }

    /// <summary>Takes an array back that nobody reads any more.</summary>
    public static void Return(byte[] array)
    {
        if (array.Length is 0 or > LargestKept)
            return;
        lock (Gate)
        {
            if (kept + array.Length > MostKept)
                return;
            kept += array.Length;
            Free[BitOperations.Log2((uint)array.Length)].Push(array);
        }
    }
}
