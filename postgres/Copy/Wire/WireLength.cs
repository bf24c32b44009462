namespace Mammoth.Postgres.Copy.Wire;

/// <summary>The length a value must have.</summary>
internal static class WireLength
{
    public static void Require(ReadOnlySpan<byte> wire, int length, string type)
    {
        if (wire.Length != length)
            Fail(wire.Length, length, type);
    }

    private static void Fail(int found, int expected, string type) =>
        throw new CopyFormatException($"A value of type {type} takes {found} bytes, not {expected}.");
}
