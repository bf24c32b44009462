using Mammoth.Cli.Rendering;
using Mammoth.Cli.Sample;

namespace Mammoth.Tests.Sample;

public sealed class SampleLinesTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(10, 2)]
    [InlineData(35, 2)]
    public void A_line_at_once_and_then_only_now_and_then(int seconds, int lines)
    {
        Clock clock = new();
        using StringWriter text = new();
        SampleLines progress = new(Terminal.Plain(TextWriter.Null, text).Error, clock, TimeSpan.FromSeconds(10));

        progress.Report(new("shop.orders", 1, 2_000, 512));
        clock.Now += TimeSpan.FromSeconds(seconds);
        progress.Report(new("shop.order_lines", 1_500, 2_000, 3_000_000));
        progress.Report(new("shop.order_lines", 1_501, 2_000, 3_000_000));

        string[] written = text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines, written.Length);
        Assert.Equal("shop.orders: 1 of 2,000 rows, 512 B.", written[0]);
        Assert.Equal(lines == 2 ? "shop.order_lines: 1,500 of 2,000 rows, 3.00 MB." : written[0], written[^1]);
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
