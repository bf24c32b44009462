using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Recovery;

/// <summary>A role that may create databases and nothing else, and is gone when disposed.</summary>
internal sealed class RehearsalRole : IAsyncDisposable
{
    public const string Password = "Planted rehearsal secret 4711";
    private readonly SourceDatabase server;

    private RehearsalRole(SourceDatabase server, string name) => (this.server, Name) = (server, name);

    public string Name { get; }

    /// <summary>Connects as the role, to a database that is there already.</summary>
    public string Connection => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = Name, Password = Password, Pooling = false }.ConnectionString;

    public static async Task<RehearsalRole> Create(PostgresFixture postgres, CancellationToken cancellation)
    {
        var role = new RehearsalRole(new SourceDatabase(await postgres.GetConnectionStringAsync(cancellation)), $"rehearsal_{Guid.NewGuid():N}"[..24]);
        await role.server.Run($"CREATE ROLE {role.Name} LOGIN CREATEDB PASSWORD '{Password}'", cancellation);
        return role;
    }

    /// <summary>What it made and did not drop.</summary>
    public Task<List<string>> Databases(CancellationToken cancellation) =>
        server.Query<string>($"SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = '{Name}' ORDER BY 1", cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (string database in await Databases(CancellationToken.None))
            await server.Run($"DROP DATABASE {database} WITH (FORCE)", CancellationToken.None);
        await server.Run($"DROP ROLE {Name}", CancellationToken.None);
    }
}
