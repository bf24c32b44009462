using Mammoth.Postgres.Copy.Client;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Tests.Postgres.Copy.Client;

/// <summary>Each way a server lets a role in, tried on a server that has them all; Npgsql is asked the same and must agree.</summary>
public sealed class AuthenticationTests(AuthenticatingServer server) : IClassFixture<AuthenticatingServer>
{
    private readonly OwnCluster cluster = server.Cluster;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("trusted", null, true)]
    [InlineData("scrammed", "pä ss'wörd", true)]
    [InlineData("scrammed", "wrong", false)]
    [InlineData("hashed", "pä ss'wörd", true)]
    [InlineData("hashed", "wrong", false)]
    [InlineData("plain", "pä ss'wörd", true)]
    [InlineData("plain", "wrong", false)]
    [InlineData("shut", "hunter2", false)]
    [InlineData("nobody", "hunter2", false)]
    public async Task A_role_is_let_in_as_Npgsql_is(string role, string? password, bool isLetIn)
    {
        string target = As(role, password);
        if (isLetIn)
        {
            await using CopySession session = await CopySession.Open(target, Cancel);
            Assert.Equal(role, await session.Scalar("SELECT current_user", Cancel));
            await using SourceSession other = await SourceSession.Open(target, Cancel);
            Assert.Equal(other.ServerVersion, session.ServerVersion);
            return;
        }

        SourceConnectionException ours = await Assert.ThrowsAsync<SourceConnectionException>(() => CopySession.Open(target, Cancel));
        SourceConnectionException theirs = await Assert.ThrowsAsync<SourceConnectionException>(() => SourceSession.Open(target, Cancel));
        Assert.Equal((theirs.Failure, theirs.Message), (ours.Failure, ours.Message));
        Assert.DoesNotContain(password!, ours.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_from_a_file_is_left_to_Npgsql_which_knows_such_files()
    {
        string file = Path.GetTempFileName();
        try
        {
            var target = new NpgsqlConnectionStringBuilder(As("scrammed", null)) { Passfile = file };
            await File.WriteAllTextAsync(file, $"127.0.0.1:{target.Port}:*:scrammed:pä ss'wörd\n", Cancel);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            (ISession session, string? fallback) = await SnapshotSession.Open(target.ConnectionString, Cancel);
            await using (session)
            {
                Assert.IsType<SourceSession>(session);
                Assert.Equal("a password from a file", fallback);
                Assert.Equal("scrammed", await session.Scalar("SELECT current_user", Cancel));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Host=a,b;Username=u", "several hosts")]
    [InlineData("Host=a;Username=u;SSL Certificate=c.pem", "a client certificate")]
    [InlineData("Host=a;Username=u;Channel Binding=Require", "channel binding")]
    [InlineData("Host=a;Username=u;SSL Negotiation=Direct;SSL Mode=Require", "direct TLS negotiation")]
    [InlineData("Host=a;Username=u;Check Certificate Revocation=true", "revocation checks")]
    [InlineData("Host=a", "no user name")]
    public void What_only_Npgsql_can_do_is_named(string connection, string what)
    {
        Assert.False(CopyTarget.TryParse(new NpgsqlConnectionStringBuilder(connection), out _, out string? why));
        Assert.Equal(what, why);
    }

    [Fact]
    public async Task A_missing_database_and_a_full_server_are_told_as_Npgsql_tells_them()
    {
        string missing = new NpgsqlConnectionStringBuilder(As("trusted", null)) { Database = "nowhere" }.ConnectionString;
        SourceConnectionException error = await Assert.ThrowsAsync<SourceConnectionException>(() => CopySession.Open(missing, Cancel));
        Assert.Equal(ConnectionFailure.MissingDatabase, error.Failure);
        error = await Assert.ThrowsAsync<SourceConnectionException>(() => CopySession.Open(As("crowded", null), Cancel));
        Assert.Equal(ConnectionFailure.Busy, error.Failure);
    }

    [Fact]
    public async Task Settings_of_the_connection_string_reach_the_server()
    {
        string target = new NpgsqlConnectionStringBuilder(As("trusted", null)) { Options = "-c work_mem=77MB" }.ConnectionString;
        await using CopySession session = await CopySession.Open(target, Cancel);
        Assert.Equal("77MB", await session.Scalar("SHOW work_mem", Cancel));
        Assert.Equal("mammoth", await session.Scalar("SHOW application_name", Cancel));
        Assert.Equal("UTC", await session.Scalar("SHOW TimeZone", Cancel));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_in_time()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        SourceConnectionException error = await Assert.ThrowsAsync<SourceConnectionException>(
            () => CopySession.Open($"Host=127.0.0.1;Port={port};Username=u;Password=p;Timeout=1", Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Equal(ConnectionFailure.Unreachable, error.Failure);
    }

    private string As(string role, string? password)
    {
        var target = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Username = role, Host = "127.0.0.1" };
        target.Remove("Password");
        if (password is not null)
            target.Password = password;
        return target.ConnectionString;
    }
}

/// <summary>A server with a role for each way in.</summary>
public sealed class AuthenticatingServer : IAsyncLifetime
{
    internal OwnCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Cluster = await OwnCluster.StartAsync();
        foreach ((string role, string encryption) in new[] { ("scrammed", "scram-sha-256"), ("hashed", "md5"), ("plain", "scram-sha-256") })
            await Cluster.ExecuteAsync($"SET password_encryption = '{encryption}'; CREATE ROLE {role} LOGIN PASSWORD 'pä ss''wörd'");
        await Cluster.ExecuteAsync("CREATE ROLE trusted LOGIN; CREATE ROLE crowded LOGIN CONNECTION LIMIT 0; CREATE ROLE shut LOGIN PASSWORD 'hunter2'");
        string[] rules =
        [
            "host all trusted,crowded 127.0.0.1/32 trust", "host all scrammed 127.0.0.1/32 scram-sha-256", "host all hashed 127.0.0.1/32 md5",
            "host all plain 127.0.0.1/32 password", "host all shut 127.0.0.1/32 reject",
        ];
        string lines = string.Join(", ", rules.Select(r => $"('{r}')"));
        await Cluster.ExecuteAsync($"COPY (VALUES {lines}) TO PROGRAM 'cat - pg_hba.conf > pg_hba.new && mv pg_hba.new pg_hba.conf'");
        await Cluster.ExecuteAsync("SELECT pg_reload_conf()");
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
