using Mammoth.Postgres.Copy.Client;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Tests.Postgres.Sessions;

/// <summary>What a connection string that names no mode is encrypted by.</summary>
public sealed class DefaultEncryptionTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.8.7", true)]
    [InlineData("::1", true)]
    [InlineData("[::1]", true)]
    [InlineData("[::1]:5433", true)]
    [InlineData("localhost:5433", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("/var/run/postgresql", true)]
    [InlineData("@abstract", true)]
    [InlineData("db.example.com", false)]
    [InlineData("10.0.0.7", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("fe80::1", false)]
    [InlineData("[2001:db8::1]:5432", false)]
    [InlineData("localhost.example.com", false)]
    [InlineData("127.0.0.1.example.com", false)]
    [InlineData("localhost,db.example.com", false)]
    [InlineData("127.0.0.1:5432,[::1]:5433", true)]
    public void Another_machine_is_spoken_to_in_encryption_and_this_one_where_it_offers_it(string host, bool isHere)
    {
        SslMode expected = isHere ? SslMode.Prefer : SslMode.Require;
        Assert.Equal(expected, Applied($"Host={host};Username=u", null));
        Assert.Equal(SslMode.VerifyFull, Applied($"Host={host};Username=u;SSL Mode=VerifyFull", null));
        Assert.Equal(SslMode.Prefer, Applied($"Host={host};Username=u;SSL Mode=Prefer", "require"));
        Assert.Equal(SslMode.Disable, Applied($"Host={host};Username=u;SslMode=Disable", null));
        Assert.Equal(SslMode.VerifyCA, Applied($"Host={host};Username=u", "verify-ca"));
    }

    [Fact]
    public void What_is_no_mode_is_refused() =>
        Assert.All(["sometimes", "7"], mode => Assert.Throws<FormatException>(() => Applied("Host=h;Username=u", mode)));

    [Theory]
    [InlineData("postgres://u@db.example.com/shop", SslMode.Require)]
    [InlineData("postgres://u@[2001:db8::1]:5433/shop", SslMode.Require)]
    [InlineData("postgres://u@localhost/shop", SslMode.Prefer)]
    [InlineData("postgres://u@[::1]:5433/shop", SslMode.Prefer)]
    [InlineData("postgres://u@db.example.com/shop?sslmode=prefer", SslMode.Prefer)]
    [InlineData("postgres://u@db.example.com/shop?sslmode=disable", SslMode.Disable)]
    [InlineData("Host=db.example.com;Username=u", SslMode.Require)]
    [InlineData("Host=/tmp;Username=u", SslMode.Prefer)]
    public void All_that_connect_are_given_the_same(string text, SslMode mode)
    {
        Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(DefaultEncryption.Variable)), "The environment says otherwise.");
        NpgsqlConnectionStringBuilder parsed = ConnectionText.Parse(text);
        Assert.Equal(mode, parsed.SslMode);

        // What is handed on says it, whoever reads it and however often.
        Assert.Equal(mode, new NpgsqlConnectionStringBuilder(parsed.ConnectionString).SslMode);
        Assert.Equal(mode, ConnectionText.Parse(parsed.ConnectionString).SslMode);
        Assert.Contains("SSL Mode=", parsed.ConnectionString, StringComparison.Ordinal);
        Assert.True(CopyTarget.TryParse(parsed, out CopyTarget? target, out _));
        Assert.Equal(mode, target.SslMode);
    }

    private static SslMode Applied(string text, string? variable)
    {
        var connection = new NpgsqlConnectionStringBuilder(text);
        DefaultEncryption.Apply(connection, variable);
        return connection.SslMode;
    }
}
