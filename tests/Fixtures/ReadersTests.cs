namespace Mammoth.Tests.Fixtures;

public sealed class ReadersTests(Readers readers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ClickHouse_hands_values_over_exactly()
    {
        var answer = await readers.ClickHouse(
            "SELECT toDecimal128('12345678901234567890.1200000000', 10) AS d, toInt64(9007199254740993) AS l, NULL AS n, [1, NULL] AS a", null, Cancellation);
        Assert.Equal(["d", "l", "n", "a"], answer.Columns);
        Assert.Equal(["12345678901234567890.1200000000", "9007199254740993", null, "[\"1\",null]"], Assert.Single(answer.Rows));
    }

    [Fact]
    public async Task DuckDB_hands_values_over_exactly()
    {
        var answer = await readers.DuckDb("SELECT 12345678901234567890.1200000000::DECIMAL(38, 10), 9007199254740993, NULL, [1, NULL]", Cancellation);
        Assert.Equal(["12345678901234567890.1200000000", "9007199254740993", null, "[\"1\",null]"], Assert.Single(answer.Rows));
    }

    [Fact]
    public async Task What_a_reader_complains_about_is_the_exception()
    {
        var complaint = await Assert.ThrowsAsync<ReaderException>(() => readers.DuckDb("SELECT nothing", Cancellation));
        Assert.Contains("nothing", complaint.Message, StringComparison.Ordinal);
        Assert.Equal("1", (await readers.DuckDb("SELECT 1", Cancellation)).Single);
    }
}
