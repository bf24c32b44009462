using Mammoth.Migration.Quarantine;

namespace Mammoth.Tests.Quarantine;

public sealed class ErrorBudgetTests
{
    [Theory]
    [InlineData("0", 0, 10, false)]
    [InlineData("0", 1, 10, true)]
    [InlineData("3", 3, 3, false)]
    [InlineData("3", 4, 1_000_000, true)]
    [InlineData("0%", 0, 0, false)]
    [InlineData("0%", 1, 1_000_000_000, true)]
    [InlineData("0.5%", 1, 200, false)]
    [InlineData("0.5%", 1, 199, true)]
    [InlineData("0.5%", 5_000_000_000, 1_000_000_000_000, false)]
    [InlineData("0.5%", 5_000_000_001, 1_000_000_000_000, true)]
    [InlineData("0.000001%", 1, 100_000_000, false)]
    [InlineData("0.000001%", 1, 99_999_999, true)]
    [InlineData("100%", 7, 7, false)]
    public void Is_exceeded_by_one_row_more_than_it_says(string budget, long aside, long rows, bool exceeded) =>
        Assert.Equal(exceeded, ErrorBudget.Parse(budget)!.IsExceeded(aside, rows));

    [Theory]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5")]
    [InlineData("100.1%")]
    [InlineData("101%")]
    [InlineData("1e3")]
    [InlineData("٣")]
    [InlineData("1 %")]
    [InlineData("5\n")]
    [InlineData("5%\n")]
    [InlineData("9999999999999999")]
    public void Other_texts_are_no_budget(string text) => Assert.Null(ErrorBudget.Parse(text));
}
