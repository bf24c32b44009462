using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Tests.Postgres.Sessions;

/// <summary>What each verification mode of docs/security.md takes and refuses, at a server with a certificate of its own.</summary>
public sealed class TlsTests(EncryptingServer server) : IClassFixture<EncryptingServer>
{
    private const string Encrypted = "SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()";

    private readonly OwnCluster cluster = server.Cluster;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

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
            target.RootCertificate = server.Root;
        if (!isTaken)
        {
            var refused = await Assert.ThrowsAsync<SourceConnectionException>(async () => await (await SourceSession.Open(target.ConnectionString, Cancel)).DisposeAsync());
            Assert.Equal(ConnectionFailure.Encryption, refused.Failure);
            var copying = await Assert.ThrowsAsync<SourceConnectionException>(() => CopySession.Open(target.ConnectionString, Cancel));
            Assert.Equal(ConnectionFailure.Encryption, copying.Failure);
            return;
        }

        await using var copy = await CopySession.Open(target.ConnectionString, Cancel);
        Assert.Equal("t", await copy.Scalar(Encrypted, Cancel));

        await using var session = await SourceSession.Open(target.ConnectionString, Cancel);
        await using var command = new NpgsqlCommand(Encrypted, session.Connection);
        Assert.Equal(true, await command.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task Without_anything_said_a_server_that_offers_encryption_gets_it()
    {
        var target = new NpgsqlConnectionStringBuilder(cluster.ConnectionString);
        target.Remove("SSL Mode");
        await using var session = await SourceSession.Open(target.ConnectionString, Cancel);
        await using var command = new NpgsqlCommand(Encrypted, session.Connection);
        Assert.Equal(true, await command.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task A_server_that_falls_silent_behind_encryption_is_given_up_and_why_is_said()
    {
        var secure = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { SslMode = SslMode.Require };
        await using var session = await CopySession.Open(secure.ConnectionString, Cancel);
        session.Silence = TimeSpan.FromMilliseconds(400);
        var copy = await session.CopyOut("SELECT CASE WHEN i > 5000 THEN pg_sleep(600)::text ELSE repeat('x', 1000) END FROM generate_series(1, 5100) i", [new("t", new CopyType.Text())], Cancel);
        byte[] piece = new byte[1 << 17];
        var error = Assert.Throws<NpgsqlException>(() =>
        {
            while (copy.Read(piece) > 0)
            {
                // Until it is silent.
            }
        });
        Assert.Contains("MAMMOTH_COPY_SILENCE", error.Message, StringComparison.Ordinal);
        copy.Cancel();
    }

    [Fact]
    public async Task The_copy_client_reads_the_same_bytes_through_encryption_and_can_be_cancelled_through_it()
    {
        await cluster.ExecuteAsync("CREATE TABLE t AS SELECT i, repeat('x', i % 300) AS t FROM generate_series(1, 60000) i");
        var plain = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { SslMode = SslMode.Disable };
        var secure = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { SslMode = SslMode.Require };
        byte[][] read = await Task.WhenAll(new[] { plain, secure }.Select(async target =>
        {
            await using var session = await CopySession.Open(target.ConnectionString, Cancel);
            using var all = new MemoryStream();
            byte[] piece = new byte[1 << 17];
            int most = 0;
            var copy = await ((ISession)session).CopyOut("SELECT * FROM public.t ORDER BY i", [new("i", new CopyType.Int4()), new("t", new CopyType.Text())], Cancel);
            for (int length; (length = copy.Read(piece)) > 0;)
            {
                all.Write(piece, 0, length);
                most = Math.Max(most, length);
            }

            // A record at a time is too little to decode by itself.
            Assert.True(most > 1 << 15);
            return all.ToArray();
        }));
        Assert.InRange(read[0].Length, 9_000_000, 12_000_000);
        Assert.Equal(read[0], read[1]);
        await using var left = await CopySession.Open(secure.ConnectionString, Cancel);
        var early = await ((ISession)left).CopyOut("SELECT repeat('x', 1000) FROM (SELECT generate_series(1, 100000000)) s", [new("t", new CopyType.Text())], Cancel);
        Assert.True(early.Read(new byte[100]) > 0);
        early.Cancel();
        Assert.Equal("1", await left.Scalar("SELECT 1", Cancel));
    }

    [Fact]
    public async Task A_server_without_encryption_is_refused_where_it_is_required()
    {
        await cluster.ExecuteAsync("ALTER SYSTEM SET ssl = off");
        await cluster.RestartAsync("fast");
        await using var _ = new Again(cluster);
        var target = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { SslMode = SslMode.Require };
        var copying = await Assert.ThrowsAsync<SourceConnectionException>(() => CopySession.Open(target.ConnectionString, Cancel));
        var session = await Assert.ThrowsAsync<SourceConnectionException>(() => SourceSession.Open(target.ConnectionString, Cancel));
        Assert.Equal((ConnectionFailure.Encryption, ConnectionFailure.Encryption), (session.Failure, copying.Failure));
        Assert.Equal(session.Message, copying.Message);
        Assert.All(["takes no encrypted connection", "ssl = on", "sslmode=prefer", "sslmode=disable"], words => Assert.Contains(words, session.Message, StringComparison.Ordinal));
    }

    /// <summary>It encrypts again for the tests that come later.</summary>
    private sealed class Again(OwnCluster cluster) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await cluster.ExecuteAsync("ALTER SYSTEM SET ssl = on");
            await cluster.RestartAsync("fast");
        }
    }
}

/// <summary>A server with a certificate of its own for <c>localhost</c>.</summary>
public sealed class EncryptingServer : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("mammoth-tls-").FullName;

    internal OwnCluster Cluster { get; private set; } = null!;

    /// <summary>The certificate that whoever trusts the server has.</summary>
    internal string Root => Path.Combine(folder, "root.pem");

    public async ValueTask InitializeAsync()
    {
        Cluster = await OwnCluster.StartAsync();
        await ServerCertificate.Install(Cluster, "localhost", Root);
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
