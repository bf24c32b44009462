using System.Runtime.InteropServices;

namespace Mammoth.Tests.Data;

internal static class SpanCast
{
    /// <summary>The bytes as values of <typeparamref name="T"/>.</summary>
    public static ReadOnlySpan<T> CastTo<T>(this ReadOnlySpan<byte> bytes) where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes);
}
