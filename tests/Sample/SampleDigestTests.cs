using System.IO.Hashing;
using Mammoth.Cli.Sample;

namespace Mammoth.Tests.Sample;

public sealed class SampleDigestTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A changed digest means a changed sample: others compare results by it, so say so in the change log.</summary>
    [Fact]
    public async Task Seed_42_makes_these_very_rows() => Assert.Equal("e3dc2ddb50a14c0f7b4a6b3f89178101", await DigestAsync(42));

    [Fact]
    public async Task Another_seed_makes_other_rows() => Assert.NotEqual(await DigestAsync(42), await DigestAsync(43));

    [Fact]
    public async Task A_table_does_not_depend_on_which_others_were_written_before()
    {
        SampleTable alone = Tables(7).Single(t => t.Name == "order_lines");
        byte[] expected = await BytesAsync(alone, 7);

        IReadOnlyList<SampleTable> all = Tables(7);
        foreach (SampleTable other in all.TakeWhile(t => t.Name != "order_lines"))
            await BytesAsync(other, 7);

        Assert.Equal(expected, await BytesAsync(all.Single(t => t.Name == "order_lines"), 7));
    }

    [Fact]
    public async Task An_orders_total_is_the_sum_of_its_lines()
    {
        IReadOnlyList<SampleTable> tables = Tables(42);
        Dictionary<string, decimal> totals = (await RowsAsync(tables, "orders")).ToDictionary(r => r[0], r => Number(r[5]));

        foreach (string[] line in await RowsAsync(tables, "order_lines"))
            totals[line[0]] -= Number(line[4]) * Number(line[5]);

        Assert.All(totals.Values, left => Assert.Equal(0, left));

        static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void The_small_sample_has_about_fifty_thousand_rows_and_the_large_ten_times_the_medium()
    {
        Assert.InRange(Tables(1).Sum(t => t.Rows), 40_000, 60_000);
        double medium = SampleDatabase.Tables(SampleSize.Medium, 1, ServerAbilities.Everything).Sum(t => t.Rows);
        double large = SampleDatabase.Tables(SampleSize.Large, 1, ServerAbilities.Everything).Sum(t => t.Rows);
        Assert.InRange(large / medium, 8, 12);
    }

    private static IReadOnlyList<SampleTable> Tables(long seed) => SampleDatabase.Tables(SampleSize.Small, seed, ServerAbilities.Everything);

    private static async Task<string> DigestAsync(long seed)
    {
        XxHash128 hash = new();
        foreach (SampleTable table in Tables(seed))
            hash.Append(await BytesAsync(table, seed));

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static async Task<byte[]> BytesAsync(SampleTable table, long seed)
    {
        using MemoryStream stream = new();
        CopyLines lines = new(stream);
        await table.WriteAsync(lines, seed, null, Token);
        Assert.Equal(table.Rows, lines.Rows);
        Assert.Equal(stream.Length, lines.Bytes);
        return stream.ToArray();
    }

    private static async Task<IEnumerable<string[]>> RowsAsync(IReadOnlyList<SampleTable> tables, string name)
    {
        byte[] bytes = await BytesAsync(tables.Single(t => t.Name == name), 42);
        return System.Text.Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'));
    }
}
