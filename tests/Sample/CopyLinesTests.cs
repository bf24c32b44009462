using System.Text;
using Mammoth.Cli.Sample;

namespace Mammoth.Tests.Sample;

public sealed class CopyLinesTests
{
    [Fact]
    public async Task Escapes_what_would_end_a_field_or_a_row() =>
        Assert.Equal("a\\tb\\nc\\rd\\\\N\te\n", await WriteAsync(l => l.Add("a\tb\nc\rd\\N").Add("e")));

    [Fact]
    public async Task Null_and_the_text_that_looks_like_it_differ() =>
        Assert.Equal("\\N\t\\\\N\t\n", await WriteAsync(l => l.Null().Add("\\N").Add("")));

    [Theory]
    [InlineData(0, "0.00")]
    [InlineData(-5, "-0.05")]
    [InlineData(12345, "123.45")]
    [InlineData(-12345, "-123.45")]
    [InlineData(100, "1.00")]
    public async Task Hundredths_keep_their_sign_and_zeros(long hundredths, string expected) =>
        Assert.Equal($"{expected}\n", await WriteAsync(l => l.AddHundredths(hundredths)));

    [Fact]
    public async Task Bytes_are_hex_and_no_bytes_are_not_null() =>
        Assert.Equal("\\\\x00ff\t\\\\x\n", await WriteAsync(l => l.AddBytes([0, 255]).AddBytes([])));

    [Fact]
    public async Task A_value_larger_than_the_buffer_is_whole()
    {
        string large = string.Concat(Enumerable.Repeat("🐘", 150_000));
        Assert.Equal($"{large}\n", await WriteAsync(l => l.Add(large)));
    }

    [Fact]
    public async Task Times_are_in_microseconds() =>
        Assert.Equal(
            "2024-02-29 23:59:59.999999+00\n",
            await WriteAsync(l => l.AddTimestampTz(new DateTime(2024, 2, 29, 23, 59, 59, DateTimeKind.Utc).AddTicks(9_999_990))));

    private static async Task<string> WriteAsync(Action<CopyLines> row)
    {
        using MemoryStream stream = new();
        CopyLines lines = new(stream);
        row(lines);
        lines.EndRow();
        await lines.FlushAsync(TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
