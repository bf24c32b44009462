using Npgsql;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>A role that may read everything, with a connection to the same database; gone when disposed.</summary>
internal sealed class TestRole : IAsyncDisposable
{
    private readonly SourceDatabase owner;

    private TestRole(SourceDatabase owner, string name)
    {
        this.owner = owner;
        Name = name;
        Source = new(owner.As(c => (c.Username, c.Password) = (name, "p")));
    }

    public string Name { get; }

    /// <summary>The database as the role sees it.</summary>
    public SourceDatabase Source { get; }

    /// <summary>A role that the test makes by itself, with the password <c>p</c>.</summary>
    public static TestRole Named(SourceDatabase owner) => new(owner, $"reader_{Guid.NewGuid():N}");

    /// <param name="settings">What follows <c>ALTER ROLE …</c>, a statement each.</param>
    public static async Task<TestRole> Create(SourceDatabase owner, CancellationToken cancellation, params string[] settings)
    {
        var role = Named(owner);
        await owner.Run($"CREATE ROLE {role.Name} LOGIN PASSWORD 'p'; GRANT USAGE ON SCHEMA public TO {role.Name}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role.Name}", cancellation);
        foreach (var setting in settings)
            await owner.Run($"ALTER ROLE {role.Name} {setting}", cancellation);
        return role;
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = new NpgsqlConnection(owner.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{Name}'; DROP OWNED BY {Name}; DROP ROLE {Name}", connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
