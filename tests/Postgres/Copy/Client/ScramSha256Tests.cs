using Mammoth.Postgres.Copy.Client;
using Npgsql;

namespace Mammoth.Tests.Postgres.Copy.Client;

public sealed class ScramSha256Tests
{
    // RFC 7677, "SCRAM-SHA-256 Authentication Exchange", with the name left to the session as PostgreSQL wants it, so the proofs differ; the server's challenge is the RFC's.
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string Challenge = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    [Fact]
    public void A_server_that_does_not_know_the_password_is_not_believed()
    {
        var scram = new ScramSha256("pencil", Nonce);
        Assert.StartsWith("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=", scram.Answer(Challenge), StringComparison.Ordinal);
        NpgsqlException error = Assert.Throws<NpgsqlException>(() => scram.Check($"v={Convert.ToBase64String(new byte[32])}"));
        Assert.Contains("could not prove", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("r=somebody-else,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOmore,s=not base64,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOmore,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOmore,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOmore,i=4096")]
    public void A_challenge_that_is_none_is_refused_at_once(string challenge) =>
        Assert.Throws<NpgsqlException>(() => new ScramSha256("pencil", Nonce).Answer(challenge));
}
