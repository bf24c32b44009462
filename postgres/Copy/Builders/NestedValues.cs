using System.Buffers.Binary;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>Walks the length-prefixed values within a value.</summary>
internal ref struct NestedValues(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> rest = data;

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest;

    public int ReadInt32()
    {
        if (rest.Length < 4)
            throw new CopyFormatException("A nested value is cut.");
        int value = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[4..];
        return value;
    }

    /// <summary>Reads a length and that many bytes; false where the value is null.</summary>
    public bool ReadValue(out ReadOnlySpan<byte> value)
    {
        int length = ReadInt32();
        value = default;
        if (length == -1)
            return false;
        if (length < 0 || length > rest.Length)
            throw new CopyFormatException($"A nested value of {length} bytes stands where {rest.Length} are left.");
        value = rest[..length];
        rest = rest[length..];
        return true;
    }

    /// <summary>Goes over all that was not read yet.</summary>
    public void Skip() => rest = default;

    public readonly void RequireEnd(string what)
    {
        if (!rest.IsEmpty)
            throw new CopyFormatException($"{rest.Length} bytes follow the last value of an {what}.");
    }
}
