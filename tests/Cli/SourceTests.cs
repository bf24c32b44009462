using Mammoth.Cli.Options;
using Mammoth.Migration.Errors;
using Npgsql;

namespace Mammoth.Tests.Cli;

public sealed class SourceTests
{
    [Fact]
    public void A_uri_is_read_as_libpq_reads_it()
    {
        NpgsqlConnectionStringBuilder read = new(Source.Parse("postgres://me%40corp:p%2Fw%3A@db.example.com:6432/my%20shop?sslmode=verify-full&application_name=x"));

        Assert.Equal(("db.example.com", 6432, "me@corp", "p/w:", "my shop"), (read.Host, read.Port, read.Username, read.Password, read.Database));
        Assert.Equal((SslMode.VerifyFull, "x"), (read.SslMode, read.ApplicationName));
    }

    [Theory]
    [InlineData("postgresql:///shop", "localhost", "shop")]
    [InlineData("postgresql://[::1]/shop", "::1", "shop")]
    [InlineData("postgres://h", "h", null)]
    public void What_a_uri_leaves_out_has_a_default(string uri, string host, string? database)
    {
        NpgsqlConnectionStringBuilder read = new(Source.Parse(uri));

        Assert.Equal((host, database), (read.Host, read.Database));
    }

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

        Assert.Equal("d on h:1 as u", description);
    }
}
