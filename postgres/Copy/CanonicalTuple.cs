using System.Buffers.Binary;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// Brings a COPY tuple into the form that is hashed. Only an array's <c>flags</c> word differs between equal values: it says whether the
/// array has a null bitmap, which an array without nulls may have too. It is zeroed wherever it stands.
/// </summary>
internal static class CanonicalTuple
{
    /// <summary>Whether a value of this type holds an array.</summary>
    public static bool HoldsArray(CopyType type) => type switch
    {
        CopyType.Array => true,
        CopyType.Composite composite => composite.Fields.Any(f => HoldsArray(f.Type)),
        _ => false,
    };

    /// <summary>Zeroes the flags of an array, and of all arrays within a value.</summary>
    /// <exception cref="CopyFormatException">The value is cut.</exception>
    public static void ZeroFlags(CopyType type, Span<byte> value)
    {
        switch (type)
        {
            case CopyType.Array array:
                ZeroArray(array, value);
                break;
            case CopyType.Composite composite:
                ZeroComposite(composite, value);
                break;
        }
    }

    private static void ZeroArray(CopyType.Array array, Span<byte> value)
    {
        if (value.Length < 12)
            throw new CopyFormatException("An array is shorter than its header.");
        value[4..8].Clear();
        if (!HoldsArray(array.Element))
            return;
        int dimensions = BinaryPrimitives.ReadInt32BigEndian(value);
        if (dimensions is < 0 or > ArrayHeader.MostDimensions || value.Length < 12 + (8 * dimensions))
            throw new CopyFormatException("An array is shorter than its header.");
        for (Span<byte> rest = value[(12 + (8 * dimensions))..]; !rest.IsEmpty;)
            rest = ZeroNext(array.Element, rest);
    }

    private static void ZeroComposite(CopyType.Composite composite, Span<byte> value)
    {
        if (value.Length < 4)
            throw new CopyFormatException("A composite is shorter than its header.");
        Span<byte> rest = value[4..];
        foreach (CopyType.CompositeField field in composite.Fields)
        {
            if (rest.Length < 4)
                throw new CopyFormatException("A composite is shorter than its attributes.");
            rest = ZeroNext(field.Type, rest[4..]);
        }
    }

    /// <summary>Zeroes within one length-prefixed value and returns what follows it.</summary>
    private static Span<byte> ZeroNext(CopyType type, Span<byte> data)
    {
        if (data.Length < 4)
            throw new CopyFormatException("A nested value is cut.");
        int length = BinaryPrimitives.ReadInt32BigEndian(data);
        data = data[4..];
        if (length == -1)
            return data;
        if (length < 0 || length > data.Length)
            throw new CopyFormatException("A nested value is cut.");
        ZeroFlags(type, data[..length]);
        return data[length..];
    }
}
