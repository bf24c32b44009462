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

    [Theory]
    [InlineData("Host=h;Databse=d", "Database")]
    [InlineData("Hots=h;Database=d", null)]
    [InlineData("Hst=h;Database=d", "Host")]
    [InlineData("Host=h;Prt=1", "Port")]
    [InlineData("Host=h;Usrname=u", "Username")]
    [InlineData("Host=h;User name=u;Pasword=p", "Password")]
    [InlineData("Host=h;SSLMod=Require", "SSL Mode")]
    [InlineData("Host=h;Root_Certificat=x", "Root Certificate")]
    [InlineData("Host=h;Nonsense=1", null)]
    public void A_misspelt_keyword_is_told_by_the_one_that_was_meant(string text, string? meant)
    {
        UsageException e = Assert.Throws<UsageException>(() => Source.Parse(text));

        Assert.Equal(meant is not null, e.Message.Contains("misspelt", StringComparison.Ordinal));
        Assert.Contains(meant is null ? "can't be read" : $"(is '{meant}' misspelt?)", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=h;Password=one;Databaze=d", "Databaze")]
    [InlineData("Host=h;Password=one;passwrd2=d", "passwrd2")]
    public void What_was_written_is_not_repeated_for_it_may_be_the_rest_of_a_password(string text, string written) =>
        Assert.DoesNotContain(written, Assert.Throws<UsageException>(() => Source.Parse(text)).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void The_description_never_shows_the_password()
    {
        string description = Source.Describe("Host=h;Port=1;Database=d;Username=u;Password=secret");

        Assert.Equal("u@h:1/d", description);
    }
}
