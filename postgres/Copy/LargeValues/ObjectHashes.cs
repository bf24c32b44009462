namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>
/// What is hashed of a row behind its tuple: for each large object that it names the column's index and the SHA-256 of the object's bytes. Else a row would seem the same where
/// only the object was changed.
/// </summary>
internal sealed class ObjectHashes
{
    private const int EntryLength = sizeof(short) + 32;
    private byte[] bytes = new byte[4 * EntryLength];
    private int length;

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    public void Clear() => length = 0;

    /// <exception cref="UnencodableValueException">The reference has no hash.</exception>
    public void Add(int column, LargeValue value)
    {
        if (length + EntryLength > bytes.Length)
            System.Array.Resize(ref bytes, 2 * bytes.Length);
        System.Buffers.Binary.BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(length), (short)column);
        if (value.Sha256.Length != 64 || Convert.FromHexString(value.Sha256, bytes.AsSpan(length + sizeof(short)), out _, out _) != System.Buffers.OperationStatus.Done)
            throw new UnencodableValueException("the hash of a large object is none");
        length += EntryLength;
    }
}
