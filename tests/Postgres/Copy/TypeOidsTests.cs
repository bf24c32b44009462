using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Postgres.Copy;

public sealed class TypeOidsTests
{
    private static readonly CopyType Text = new CopyType.Text();

    /// <summary>An array of composites that hold an array of an enum, and a number.</summary>
    private static CopyType.Array Nested(uint composite, uint @enum) =>
        new(composite, new CopyType.Composite([new("m", composite + 1, new CopyType.Array(@enum, Text)), new("n", 23, new CopyType.Int4())]));

    /// <summary>A row of it: two dimensions of two composites, of which one has a null; and a plain text that looks like anything.</summary>
    private static byte[] Row(uint composite, uint @enum)
    {
        byte[] inner = [.. Int(1), .. Int(1), .. Int(@enum), .. Int(2), .. Int(1), .. Int(3), .. "sad"u8, .. Int(-1)];
        byte[] some = [.. Int(2), .. Int(composite + 1), .. Int(inner.Length), .. inner, .. Int(23), .. Int(4), .. Int(7)];
        byte[] none = [.. Int(2), .. Int(composite + 1), .. Int(-1), .. Int(23), .. Int(-1)];
        byte[] array = [.. Int(2), .. Int(0), .. Int(composite), .. Int(1), .. Int(1), .. Int(2), .. Int(0), .. Int(some.Length), .. some, .. Int(none.Length), .. none];
        return [0, 3, .. Int(array.Length), .. array, .. Int(-1), .. Int(3), .. "abc"u8];
    }

    [Fact]
    public void A_row_gets_the_oids_of_another_database_and_nothing_else_changes()
    {
        CopyType[] from = [Nested(70_000, 80_000), Nested(70_000, 80_000), Text];
        CopyType[] to = [Nested(90_001, 95_001), Nested(90_001, 95_001), Text];
        byte[] row = Row(70_000, 80_000);
        TypeOids.RewriteTuple(from, to, row);
        Assert.Equal(Row(90_001, 95_001), row);
        Assert.True(TypeOids.Differ(from[0], to[0]));
        Assert.False(TypeOids.Differ(from[0], Nested(70_000, 80_000)));
        for (int cut = 0; cut < row.Length; cut++)
            Assert.Throws<CopyFormatException>(() => TypeOids.RewriteTuple(to, from, row.AsSpan(0, cut).ToArray()));
    }

    [Fact]
    public void Forms_that_differ_in_more_than_oids_are_not_the_same()
    {
        Assert.True(TypeOids.Translate(Nested(70_000, 80_000), Nested(90_001, 95_001)) is CopyType.Array { ElementOid: 90_001, Element: CopyType.Composite { Fields: [{ Oid: 90_002, Type: CopyType.Array { ElementOid: 95_001 } }, _] } });
        Assert.Equal(new CopyType.Money(0), TypeOids.Translate(new CopyType.Money(0), new CopyType.Money(2)));
        Assert.Null(TypeOids.Translate(Text, new CopyType.Date()));
        Assert.Null(TypeOids.Translate(new CopyType.Numeric(10, 2), new CopyType.Numeric(10, 3)));
        Assert.Null(TypeOids.Translate(new CopyType.Array(1, Text), new CopyType.Array(2, new CopyType.Int4())));
        Assert.Null(TypeOids.Translate(new CopyType.Composite([new("a", 25, Text)]), new CopyType.Composite([new("b", 25, Text)])));
    }

    private static byte[] Int(long value)
    {
        byte[] bytes = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes, unchecked((int)value));
        return bytes;
    }
}
