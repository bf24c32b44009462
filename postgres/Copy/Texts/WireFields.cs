using System.Buffers.Binary;

namespace Mammoth.Postgres.Copy.Texts;

/// <summary>Length-prefixed values one behind the other, as in a tuple, an array or a composite.</summary>
public ref struct WireFields(ReadOnlySpan<byte> wire)
{
    private ReadOnlySpan<byte> rest = wire;

    /// <summary>All was read.</summary>
    public readonly bool IsEmpty => rest.IsEmpty;

    /// <returns>False where there are not so many bytes.</returns>
    public bool Skip(int bytes)
    {
        if (rest.Length < bytes)
            return false;
        rest = rest[bytes..];
        return true;
    }

    /// <returns>False where no whole value follows.</returns>
    public bool TryNext(out ReadOnlySpan<byte> value, out bool isNull)
    {
        value = default;
        isNull = false;
        if (rest.Length < 4)
            return false;
        int length = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[4..];
        isNull = length == -1;
        if (isNull)
            return true;
        if (length < 0 || length > rest.Length)
            return false;
        value = rest[..length];
        rest = rest[length..];
        return true;
    }
}
