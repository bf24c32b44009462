using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Plans;

public sealed class ColumnEncodingTests
{
    /// <summary>Wire form, different values of a column, their average bytes, encoding.</summary>
    public static TheoryData<string, double, int, ColumnEncoding> Analyzed => new()
    {
        { nameof(CopyType.Int4), 4_096, 4, ColumnEncoding.Dictionary },
        { nameof(CopyType.Int4), 4_097, 4, ColumnEncoding.Delta },
        { nameof(CopyType.Int8), -1, 8, ColumnEncoding.Delta },
        { nameof(CopyType.Date), 512, 4, ColumnEncoding.Dictionary },
        { nameof(CopyType.Date), 513, 4, ColumnEncoding.Delta },
        { nameof(CopyType.Bool), 2, 1, ColumnEncoding.Dictionary },
        { nameof(CopyType.Text), 10_000, 20, ColumnEncoding.Dictionary },
        { nameof(CopyType.Text), 100_000, 20, ColumnEncoding.Plain },
        { nameof(CopyType.Uuid), -1, 16, ColumnEncoding.Plain },
        { nameof(CopyType.Float8), -0.9, 8, ColumnEncoding.Plain },
    };

    /// <summary>Wire form, whether it is the primary key, encoding.</summary>
    public static TheoryData<string, bool, ColumnEncoding> NeverAnalyzed => new()
    {
        { nameof(CopyType.Int8), true, ColumnEncoding.Delta },
        { nameof(CopyType.Int8), false, ColumnEncoding.Dictionary },
        { nameof(CopyType.TimestampTz), false, ColumnEncoding.Delta },
        { nameof(CopyType.Date), false, ColumnEncoding.Dictionary },
        { nameof(CopyType.Uuid), true, ColumnEncoding.Plain },
        { nameof(CopyType.Text), false, ColumnEncoding.Dictionary },
    };

    [Theory]
    [MemberData(nameof(Analyzed))]
    public void It_follows_from_how_many_values_there_are(string wire, double distinct, int width, ColumnEncoding expected)
    {
        Column column = Column() with { Statistics = new(distinct, width, null) };
        Assert.Equal(expected, ColumnEncodings.Of(Table(column, isKey: false), column, Wire(wire)));
    }

    [Theory]
    [MemberData(nameof(NeverAnalyzed))]
    public void Without_statistics_keys_and_moments_are_taken_to_seldom_repeat(string wire, bool isKey, ColumnEncoding expected)
    {
        Column column = Column();
        Assert.Equal(expected, ColumnEncodings.Of(Table(column, isKey), column, Wire(wire)));
    }

    [Theory]
    [InlineData(0.005, ColumnEncoding.Delta)]
    [InlineData(0.02, ColumnEncoding.Dictionary)]
    public void Days_of_which_one_is_common_are_no_differences(double commonest, ColumnEncoding expected)
    {
        Column column = Column() with { Statistics = new(2_000, 4, null, commonest) };
        Assert.Equal(expected, ColumnEncodings.Of(Table(column, isKey: false), column, new CopyType.Date()));
    }

    private static CopyType Wire(string name) => (CopyType)Activator.CreateInstance(typeof(CopyType).GetNestedType(name)!)!;

    private static Column Column() => new() { Number = 1, Name = "c", Type = new PgType(1, "pg_catalog", "t", PgTypeKind.Base, true), TypeText = "t" };

    private static Table Table(Column column, bool isKey) => new()
    {
        Oid = 1,
        Name = new("public", "t"),
        Columns = [column],
        Leaves = [],
        PrimaryKey = isKey ? new("pk", [column.Name], "") : null,
        EstimatedRows = 6_000_000,
    };
}
