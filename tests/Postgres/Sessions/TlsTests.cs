using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Tests.Postgres.Sessions;

/// <summary>What each verification mode of docs/security.md takes and refuses, at a server with a certificate of its own.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("mammoth-tls-").FullName;
    private OwnCluster cluster = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cluster = await OwnCluster.StartAsync();
        await Certify("localhost", Path.Combine(folder, "root.pem"));
        await cluster.ExecuteAsync("ALTER SYSTEM SET ssl = on");
        await cluster.RestartAsync("fast");
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("Prefer", null, true)]
    [InlineData("Require", null, true)]
    [InlineData("VerifyCA", null, false)]
    [InlineData("VerifyFull", null, false)]
    [InlineData("VerifyCA", "127.0.0.1", true)]
    [InlineData("VerifyFull", "127.0.0.1", false)]
    [InlineData("VerifyFull", "localhost", true)]
    public async Task A_mode_takes_what_the_page_says(string mode, string? hostOfTheTrusted, bool isTaken)
    {
        var target = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = hostOfTheTrusted ?? "127.0.0.1", SslMode = Enum.Parse<SslMode>(mode) };
        if (hostOfTheTrusted is not null)
            target.RootCertificate = Path.Combine(folder, "root.pem");
        if (!isTaken)
        {
            var refused = await Assert.ThrowsAsync<SourceConnectionException>(async () => await (await SourceSession.Open(target.ConnectionString, Cancel)).DisposeAsync());
            Assert.Equal(ConnectionFailure.Encryption, refused.Failure);
            return;
        }

        await using var session = await SourceSession.Open(target.ConnectionString, Cancel);
        await using var command = new NpgsqlCommand("SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()", session.Connection);
        Assert.Equal(true, await command.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task Without_anything_said_a_server_that_offers_encryption_gets_it()
    {
        var target = new NpgsqlConnectionStringBuilder(cluster.ConnectionString);
        target.Remove("SSL Mode");
        await using var session = await SourceSession.Open(target.ConnectionString, Cancel);
        await using var command = new NpgsqlCommand("SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()", session.Connection);
        Assert.Equal(true, await command.ExecuteScalarAsync(Cancel));
    }

    /// <summary>Writes a certificate and its key by the server itself, who alone may own the key's file.</summary>
    private async Task Certify(string name, string root)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(root, certificate.ExportCertificatePem(), Cancel);
        foreach (var (file, text) in new[] { ("server.crt", certificate.ExportCertificatePem()), ("server.key", key.ExportPkcs8PrivateKeyPem()) })
        {
            string lines = string.Join(", ", text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => $"('{l}')"));
            await cluster.ExecuteAsync($"COPY (VALUES {lines}) TO PROGRAM 'umask 077 && cat > {file}'");
        }
    }
}
