using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Postgres.Sessions;

public sealed class ConnectionTests(PostgresFixture postgres)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("postgres://ann:s%40cret@db.example:6543/shop?sslmode=verify-full&connect_timeout=7&application_name=x", "db.example", 6543, "ann", "s@cret", "shop")]
    [InlineData("postgresql://ann@db.example/shop", "db.example", 5432, "ann", null, "shop")]
    [InlineData("postgres://db.example", "db.example", 5432, null, null, null)]
    [InlineData("postgres://[::1]:7000/d%2Fb?user=bob&password=a%26b", "[::1]", 7000, "bob", "a&b", "d/b")]
    [InlineData("postgres:///shop?host=/var/run/postgresql", "/var/run/postgresql", 5432, null, null, "shop")]
    [InlineData("Host=db.example;Port=6543;Username=ann;Password=\"a;b\";Database=shop", "db.example", 6543, "ann", "a;b", "shop")]
    [InlineData("POSTGRES://ann:@db.example:1/shop", "db.example", 1, "ann", null, "shop")]
    public void Connection_strings_of_both_forms_are_read(string text, string host, int port, string? user, string? password, string? database)
    {
        NpgsqlConnectionStringBuilder parsed = ConnectionText.Parse(text);
        Assert.Equal((host, port, user, password, database), (parsed.Host, parsed.Port, parsed.Username, parsed.Password, parsed.Database));
    }

    [Fact]
    public void Parameters_of_a_URI_keep_their_meaning()
    {
        NpgsqlConnectionStringBuilder parsed = ConnectionText.Parse("postgres://h/d?sslmode=verify-ca&connect_timeout=7&sslrootcert=%2Ftmp%2Fca.pem");
        Assert.Equal((SslMode.VerifyCA, 7, "/tmp/ca.pem"), (parsed.SslMode, parsed.Timeout, parsed.RootCertificate));
        Assert.Equal("h1:1,h2:2", ConnectionText.Parse("postgres://h1:1,h2:2/d").Host);
    }

    [Theory]
    [InlineData("postgres://ann:hunter2@db.example:5432/shop")]
    [InlineData("postgres://ann:hunter2@@@db.example:port/shop")]
    [InlineData("postgres://ann:hunter2@db.example/shop?nonsense=hunter2")]
    [InlineData("postgres://ann:hunter2@db.example/shop?sslmode=hunter2")]
    [InlineData("postgres://db.example/shop?password=hunter2")]
    [InlineData("Host=db.example;Password=hunter2;Database=shop")]
    [InlineData("Host=db.example;Pass word=hunter2;Database=shop")]
    [InlineData("Host=db.example;Password=hunter2;Port=x")]
    [InlineData("Password=hunter2")]
    [InlineData("hunter2")]
    [InlineData("host=db.example password=hunter2 dbname=shop")]
    public void No_secret_is_ever_shown(string text)
    {
        Assert.DoesNotContain("hunter2", ConnectionText.Redact(text), StringComparison.Ordinal);
        Exception? error = Record.Exception(() => ConnectionText.Parse(text));
        Assert.DoesNotContain("hunter2", error?.Message ?? "", StringComparison.Ordinal);
        Assert.True(error is null or SourceConnectionException { Failure: ConnectionFailure.Text }, $"{error}");
    }

    [Fact]
    public void What_is_shown_says_where_it_leads() =>
        Assert.Equal("ann@db.example:5432/shop", ConnectionText.Redact("postgres://ann:hunter2@db.example/shop"));

    [Fact]
    public async Task Settings_that_change_bytes_are_pinned_whatever_the_database_says()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "pinned");
        string name = await database.QueryAsync<string>("SELECT quote_ident(current_database())");
        await database.ExecuteAsync($"""
            ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'; ALTER DATABASE {name} SET datestyle = 'German'; ALTER DATABASE {name} SET intervalstyle = 'iso_8601';
            ALTER DATABASE {name} SET extra_float_digits = -15; ALTER DATABASE {name} SET bytea_output = 'escape'; ALTER DATABASE {name} SET statement_timeout = '1min';
            ALTER DATABASE {name} SET row_security = on; ALTER DATABASE {name} SET quote_all_identifiers = on; ALTER DATABASE {name} SET xmlbinary = 'hex';
            """);
        await using SourceSession session = await SourceSession.Open(database.ConnectionString, Cancel);
        await using var command = new NpgsqlCommand("""
            SELECT concat_ws('|', '2024-05-06 07:08:09+00'::timestamptz, interval '1 day 2 hours', 0.1::float8 + 0.2::float8, '\x00ff'::bytea, current_setting('statement_timeout'),
                current_setting('row_security'), current_setting('application_name'), current_setting('search_path'), 'pg_catalog.int4'::regtype)
            """, session.Connection);
        Assert.Equal(
            "2024-05-06 07:08:09+00|1 day 02:00:00|0.30000000000000004|\\x00ff|0|off|mammoth|pg_catalog|integer",
            await command.ExecuteScalarAsync(Cancel));
        Assert.False(session.IsUnchecked);
        Assert.InRange(session.ServerVersion, 130000, 250000);
    }

    [Fact]
    public async Task Row_security_that_would_hide_rows_is_an_error()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "rls");
        string role = $"reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync($"""
            CREATE ROLE {role} LOGIN PASSWORD 'p'; CREATE TABLE t (a int); INSERT INTO t VALUES (1);
            ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT SELECT ON t TO {role};
            """);
        try
        {
            string asRole = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "p" }.ConnectionString;
            await using SourceSession session = await SourceSession.Open(asRole, Cancel);
            PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => session.Execute("SELECT * FROM public.t", Cancel));
            Assert.Equal("42501", refused.SqlState);
        }
        finally
        {
            await database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_connection_that_can_not_be_had_says_why_and_what_to_do()
    {
        string good = await postgres.GetConnectionStringAsync(Cancel);
        async Task Fails(ConnectionFailure failure, string says, Action<NpgsqlConnectionStringBuilder> change)
        {
            var changed = new NpgsqlConnectionStringBuilder(good) { Timeout = 5 };
            change(changed);
            SourceConnectionException error = await Assert.ThrowsAsync<SourceConnectionException>(() => SourceSession.Open(changed.ConnectionString, Cancel));
            Assert.Equal(failure, error.Failure);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        }

        await Fails(ConnectionFailure.Unreachable, "no-such-host.invalid", c => c.Host = "no-such-host.invalid");
        await Fails(ConnectionFailure.Unreachable, "Nobody listens on 127.0.0.1:1", c => (c.Host, c.Port) = ("127.0.0.1", 1));
        await Fails(ConnectionFailure.MissingDatabase, "'no such db'", c => c.Database = "no such db");
        await Fails(ConnectionFailure.Authentication, "'nobody at all'", c => (c.Username, c.Password) = ("nobody at all", "hunter2"));
    }

    [Fact]
    public async Task A_database_that_may_not_be_entered_says_what_to_grant()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "closed");
        string name = await database.QueryAsync<string>("SELECT quote_ident(current_database())");
        string role = $"reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'p'; REVOKE CONNECT ON DATABASE {name} FROM PUBLIC");
        try
        {
            string asRole = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "p" }.ConnectionString;
            SourceConnectionException error = await Assert.ThrowsAsync<SourceConnectionException>(() => SourceSession.Open(asRole, Cancel));
            Assert.Equal(ConnectionFailure.Privilege, error.Failure);
            Assert.Contains("GRANT CONNECT ON DATABASE", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await database.ExecuteAsync($"DROP ROLE {role}");
        }
    }
}
