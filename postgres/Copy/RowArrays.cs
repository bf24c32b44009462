using System.Buffers;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// Arrays that hold a row. Those of usual size come from the shared pool; larger ones do not go back to it: it would keep each size that a buffer grew through, for each thread.
/// </summary>
internal static class RowArrays
{
    private const int LargestPooled = 1 << 20;

    public static byte[] Rent(long length) => length <= LargestPooled
        ? ArrayPool<byte>.Shared.Rent((int)length)
        : GC.AllocateUninitializedArray<byte>((int)Math.Min(length, Array.MaxLength));

    public static void Return(byte[] array)
    {
        if (array.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(array);
    }
}
