using Mammoth.Migration.Copying;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Plans;

public sealed class SizeClassesTests
{
    private const long Mebibyte = 1 << 20;

    [Theory]
    [InlineData(0, 0, SizeClass.Small, "below 500,000 rows and 64 MiB")]
    [InlineData(499_999, 64 * Mebibyte - 1, SizeClass.Small, "below 500,000 rows and 64 MiB")]
    [InlineData(-1, 0, SizeClass.Small, "about 0 rows")]
    [InlineData(500_000, Mebibyte, SizeClass.Medium, "from 500,000 rows on")]
    [InlineData(10, 64 * Mebibyte, SizeClass.Medium, "from 64 MiB on")]
    [InlineData(20_000_000, Mebibyte, SizeClass.Large, "from 20,000,000 rows on")]
    [InlineData(10, 1_024 * Mebibyte, SizeClass.Large, "from 1,024 MiB on")]
    public void Sorts_by_rows_and_bytes_and_says_why(long rows, long bytes, SizeClass size, string why)
    {
        (SizeClass found, string reason) = SizeClasses.Of([Column(new CopyType.Int4())], rows, bytes, new SizeLimits());
        Assert.Equal(size, found);
        Assert.Contains(why, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_a_row_as_several_where_it_is_more_work()
    {
        ColumnPlan plain = Column(new CopyType.Int4());
        ColumnPlan nested = Column(new CopyType.Array(23, new CopyType.Int4()));
        AssertClass(SizeClass.Small, null, [plain], 300_000, Mebibyte);
        AssertClass(SizeClass.Medium, "many columns: a row counts as 2;", [.. Enumerable.Repeat(plain, 50)], 300_000, Mebibyte);
        AssertClass(SizeClass.Medium, "nested types: a row counts as 1.5;", [plain, nested], 400_000, Mebibyte);
        AssertClass(SizeClass.Medium, "many columns, nested types: a row counts as 3;", [.. Enumerable.Repeat(nested, 50)], 200_000, Mebibyte);
        AssertClass(SizeClass.Small, "large values: a row counts as 2;", [plain], 100, 10 * Mebibyte);
    }

    [Fact]
    public void Its_limits_are_configuration()
    {
        var limits = new SizeLimits { MediumRows = 10, LargeRows = 20, MediumBytes = 1_000_000, LargeBytes = 5_000_000 };
        Assert.Equal(SizeClass.Medium, SizeClasses.Of([], 10, 0, limits).Class);
        Assert.Equal(SizeClass.Large, SizeClasses.Of([], 20, 0, limits).Class);
        Assert.Equal(SizeClass.Large, SizeClasses.Of([], 1, 5_000_000, limits).Class);
    }

    [Theory]
    [InlineData(8, 64L << 30, 8)]
    [InlineData(64, 64L << 30, 16)]
    [InlineData(1, 64L << 30, 2)]
    [InlineData(8, 1L << 30, 4)]
    [InlineData(8, 512L << 20, 1)]
    [InlineData(8, 64L << 20, 1)]
    public void Slots_are_what_processors_and_memory_allow(int processors, long memory, int slots) => Assert.Equal(slots, SlotCount.Of(processors, memory));

    [Theory]
    [InlineData(4, 64L << 30, 4)]
    [InlineData(400, 64L << 30, 340)]
    [InlineData(4, 1L << 30, 4)]
    [InlineData(8, 1L << 30, 4)]
    [InlineData(8, 384L << 20, 1)]
    [InlineData(1, 1L << 20, 1)]
    public void Slots_that_somebody_asks_for_are_no_more_than_memory_holds(int asked, long memory, int slots) => Assert.Equal(slots, SlotCount.Held(asked, memory));

    [Fact]
    public void The_memory_of_this_process_is_known()
    {
        Assert.True(MemoryUse.Budget() > 256 << 20, $"{MemoryUse.Budget()}");
        Assert.InRange(MemoryUse.Share(), 0.0001, 1);
        Assert.InRange(new MigrationOptions().Slots, 1, 16);
    }

    private static void AssertClass(SizeClass size, string? heavy, IReadOnlyList<ColumnPlan> columns, long rows, long bytes)
    {
        (SizeClass found, string reason) = SizeClasses.Of(columns, rows, bytes, new SizeLimits());
        Assert.Equal(size, found);
        Assert.Equal(heavy is not null, reason.Contains("counts as", StringComparison.Ordinal));
        Assert.Contains(heavy ?? "", reason, StringComparison.Ordinal);
    }

    private static ColumnPlan Column(CopyType wire) => new()
    {
        Source = "c",
        Name = "c",
        SourceType = "",
        Expression = "c",
        TextExpression = "c",
        Wire = wire,
        Required = false,
        Policy = TypePolicy.String,
        TargetType = "",
    };
}
