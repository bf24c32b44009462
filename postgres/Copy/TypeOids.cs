using System.Buffers.Binary;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// The oids that arrays and composites repeat on the wire. Those of types that a database defines differ from database to database; nothing else of a value does.
/// </summary>
public static class TypeOids
{
    /// <summary>A form as another database has it: the same but for the oids.</summary>
    /// <param name="form">As it was recorded.</param>
    /// <param name="there">As the other database has the type.</param>
    /// <returns><paramref name="form"/> with the other's oids; null where the two differ in more.</returns>
    public static CopyType? Translate(CopyType form, CopyType there)
    {
        switch (form, there)
        {
            case (CopyType.Array a, CopyType.Array b):
                return Translate(a.Element, b.Element) is { } element ? new CopyType.Array(b.ElementOid, element) : null;
            case (CopyType.Composite a, CopyType.Composite b) when a.Fields.Count == b.Fields.Count:
                CopyType?[] fields = [.. a.Fields.Zip(b.Fields, (x, y) => x.Name == y.Name ? Translate(x.Type, y.Type) : null)];
                return fields.All(f => f is not null) ? new CopyType.Composite([.. b.Fields.Zip(fields, (f, type) => new CopyType.CompositeField(f.Name, f.Oid, type!))]) : null;

            // A count of the smallest unit, whatever a database calls that.
            case (CopyType.Money, CopyType.Money):
                return form;
            default:
                return form == there ? form : null;
        }
    }

    /// <summary>Whether values of two forms that <see cref="Translate"/> takes for the same have other bytes.</summary>
    public static bool Differ(CopyType a, CopyType b) => (a, b) switch
    {
        (CopyType.Array x, CopyType.Array y) => x.ElementOid != y.ElementOid || Differ(x.Element, y.Element),
        (CopyType.Composite x, CopyType.Composite y) => x.Fields.Zip(y.Fields).Any(f => f.First.Oid != f.Second.Oid || Differ(f.First.Type, f.Second.Type)),
        _ => false,
    };

    /// <summary>Gives a tuple the oids of another database, in place.</summary>
    /// <param name="from">Its columns' forms.</param>
    /// <param name="to">The same with the other oids.</param>
    /// <exception cref="CopyFormatException">The tuple is cut, or of other columns.</exception>
    public static void RewriteTuple(IReadOnlyList<CopyType> from, IReadOnlyList<CopyType> to, Span<byte> tuple)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (tuple.Length < 2 || BinaryPrimitives.ReadInt16BigEndian(tuple) != from.Count)
            throw new CopyFormatException($"A row has not {from.Count} fields.");
        Span<byte> rest = tuple[2..];
        for (int i = 0; i < from.Count; i++)
            rest = RewriteNext(from[i], to[i], rest);
        if (!rest.IsEmpty)
            throw new CopyFormatException("Bytes follow a row.");
    }

    /// <summary>Gives a value the oids of another database, in place.</summary>
    /// <exception cref="CopyFormatException">The value is cut.</exception>
    internal static void Rewrite(CopyType from, CopyType to, Span<byte> value)
    {
        switch (from, to)
        {
            case (CopyType.Array a, CopyType.Array b):
                RewriteArray(a, b, value);
                break;
            case (CopyType.Composite a, CopyType.Composite b):
                RewriteComposite(a, b, value);
                break;
        }
    }

    private static void RewriteArray(CopyType.Array from, CopyType.Array to, Span<byte> value)
    {
        if (value.Length < ArrayHeader.EmptyLength)
            throw new CopyFormatException("An array is shorter than its header.");
        BinaryPrimitives.WriteUInt32BigEndian(value[8..], to.ElementOid);
        if (!Differ(from.Element, to.Element))
            return;
        int dimensions = BinaryPrimitives.ReadInt32BigEndian(value);
        if (dimensions is < 0 or > ArrayHeader.MostDimensions || value.Length < ArrayHeader.EmptyLength + (8 * dimensions))
            throw new CopyFormatException("An array is shorter than its header.");
        for (Span<byte> rest = value[(ArrayHeader.EmptyLength + (8 * dimensions))..]; !rest.IsEmpty;)
            rest = RewriteNext(from.Element, to.Element, rest);
    }

    private static void RewriteComposite(CopyType.Composite from, CopyType.Composite to, Span<byte> value)
    {
        if (value.Length < 4)
            throw new CopyFormatException("A composite is shorter than its header.");
        Span<byte> rest = value[4..];
        for (int i = 0; i < from.Fields.Count; i++)
        {
            if (rest.Length < 4)
                throw new CopyFormatException("A composite is shorter than its attributes.");
            BinaryPrimitives.WriteUInt32BigEndian(rest, to.Fields[i].Oid);
            rest = RewriteNext(from.Fields[i].Type, to.Fields[i].Type, rest[4..]);
        }
    }

    /// <summary>Rewrites one length-prefixed value and returns what follows it.</summary>
    private static Span<byte> RewriteNext(CopyType from, CopyType to, Span<byte> data)
    {
        if (data.Length < 4)
            throw new CopyFormatException("A nested value is cut.");
        int length = BinaryPrimitives.ReadInt32BigEndian(data);
        data = data[4..];
        if (length == -1)
            return data;
        if (length < 0 || length > data.Length)
            throw new CopyFormatException("A nested value is cut.");
        Rewrite(from, to, data[..length]);
        return data[length..];
    }
}
