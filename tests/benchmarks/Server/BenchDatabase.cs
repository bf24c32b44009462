using Npgsql;

namespace Mammoth.Benchmarks.Server;

/// <summary>Databases of the server that are measured, each made once.</summary>
internal static class BenchDatabase
{
    private const string Whole = "made by Mammoth.Benchmarks";

    /// <summary>Makes a database with what the statements put into it; one whose making was cut short is made again.</summary>
    public static async Task MakeAsync(BenchServer server, string name, IReadOnlyList<string> statements, Action<string> tell, CancellationToken cancellationToken)
    {
        string made = await server.ScalarAsync<string>(
            "postgres", $"SELECT coalesce((SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'), '')", cancellationToken);
        if (made == Whole)
            return;

        if (statements.Count > 0)
            tell($"Making the database {name}");

        await RunAsync(server, "postgres", [$"DROP DATABASE IF EXISTS {name}", $"CREATE DATABASE {name} TEMPLATE template0"], cancellationToken);
        await RunAsync(server, name, statements, cancellationToken);
        await RunAsync(server, "postgres", [$"COMMENT ON DATABASE {name} IS '{Whole}'", "CHECKPOINT"], cancellationToken);
    }

    /// <summary>Runs statements one by one in one session.</summary>
    public static async Task RunAsync(BenchServer server, string database, IReadOnlyList<string> statements, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await server.OpenAsync(database, cancellationToken);
        foreach (string statement in statements)
        {
            await using NpgsqlCommand command = new(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
