using System.Numerics;

namespace Mammoth.Iceberg.Schemas;

/// <summary>
/// The order of single values, which bounds are taken by: numbers by value with -0.0 below +0.0, strings by their UTF-8 bytes (not by UTF-16 units),
/// uuid, fixed and binary by unsigned bytes. NaN has no place in it.
/// </summary>
public static class ValueOrder
{
    /// <summary>Compares two values of one type, as <see cref="SingleValue.Deserialize"/> returns them.</summary>
    public static int Compare(object left, object right) => (left, right) switch
    {
        (bool a, bool b) => a.CompareTo(b),
        (int a, int b) => a.CompareTo(b),
        (long a, long b) => a.CompareTo(b),
        (float a, float b) => CompareFloats(a, b),
        (double a, double b) => CompareFloats(a, b),
        (BigInteger a, BigInteger b) => a.CompareTo(b),
        (string a, string b) => CompareText(a, b),
        // Both ends big-endian: unsigned bytes from the front, as the specification and Parquet order uuids.
        (Guid a, Guid b) => a.ToByteArray(true).AsSpan().SequenceCompareTo(b.ToByteArray(true)),
        (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
        _ => throw new ArgumentException($"A {left.GetType().Name} can't be compared with a {right.GetType().Name}."),
    };

    /// <summary>Compares two serialized values of one type.</summary>
    public static int Compare(IcebergType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        type is FixedType or PrimitiveType { Kind: PrimitiveKind.String or PrimitiveKind.Uuid or PrimitiveKind.Binary }
            ? left.SequenceCompareTo(right)
            : Compare(SingleValue.Deserialize(type, left), SingleValue.Deserialize(type, right));

    private static int CompareFloats(double a, double b)
    {
        var order = a.CompareTo(b);
        return order == 0 && a == 0 ? double.IsNegative(b).CompareTo(double.IsNegative(a)) : order;
    }

    // Ordinal comparison is by UTF-16 unit, which puts surrogate pairs below U+E000 to U+FFFF; by code point is the order of the UTF-8 bytes.
    private static int CompareText(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        var (x, y) = (a[common], b[common]);
        var (xHigh, yHigh) = (char.IsSurrogate(x), char.IsSurrogate(y));
        return xHigh == yHigh ? x.CompareTo(y) : xHigh.CompareTo(yHigh);
    }
}
