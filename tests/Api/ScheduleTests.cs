using Mammoth.Cli.Serve;
using Mammoth.Migration.Errors;

namespace Mammoth.Tests.Api;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("0 3 * * *", "2026-03-01T12:00:00Z", "2026-03-02T03:00:00Z")]
    [InlineData("0 3 * * *", "2026-03-01T03:00:00Z", "2026-03-02T03:00:00Z")]
    [InlineData("*/15 * * * *", "2026-03-01T12:01:00Z", "2026-03-01T12:15:00Z")]
    [InlineData("30 0 3 * * *", "2026-03-01T12:00:00Z", "2026-03-02T03:00:30Z")]
    [InlineData(" 0 3 29 2 * ", "2026-03-01T12:00:00Z", "2028-02-29T03:00:00Z")]
    [InlineData("0 3 * * *", "2026-03-29T00:30:00+01:00", "2026-03-29T03:00:00Z")]
    public void Says_when_the_next_time_is(string cron, string now, string next) =>
        Assert.Equal(DateTimeOffset.Parse(next, null), Schedule.Parse(cron)!.After(DateTimeOffset.Parse(now, null)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Is_off_where_nothing_is_set(string? text) => Assert.Null(Schedule.Parse(text));

    [Theory]
    [InlineData("every night")]
    [InlineData("61 3 * * *")]
    [InlineData("0 3 30 2 *")]
    [InlineData("* * * * * * *")]
    public void What_can_not_be_is_refused(string text)
    {
        var refused = Assert.Throws<UsageException>(() => Schedule.Parse(text));
        Assert.Contains(text, refused.Message, StringComparison.Ordinal);
    }
}
