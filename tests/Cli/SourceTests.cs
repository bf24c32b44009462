using Mammoth.Cli.Options;
using Mammoth.Migration.Errors;

namespace Mammoth.Tests.Cli;

public sealed class SourceTests
{
    [Theory]
    [InlineData("postgres://h/d?nonsense=1")]
    [InlineData("postgres://u:p#w@h/d?x")]
    [InlineData("Host=h;Nonsense=1")]
    [InlineData("Database=shop")]
    [InlineData("Host=h;Port=abc")]
    public void What_can_not_be_read_is_a_matter_of_usage(string text) => Assert.Throws<UsageException>(() => Source.Parse(text));

    [Fact]
    public void The_description_never_shows_the_password()
    {
        string description = Source.Describe("Host=h;Port=1;Database=d;Username=u;Password=secret");

        Assert.Equal("u@h:1/d", description);
    }
}
