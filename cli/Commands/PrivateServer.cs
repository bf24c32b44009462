using System.Security.Cryptography;
using Mammoth.Cli.Rendering;
using Mammoth.Postgres.Cluster;
using Npgsql;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary>A server of our own for as long as a rehearsal takes, with a role that may do no more than it needs: what the source's schema defines runs as that role, and a superuser could run programs.</summary>
internal sealed class PrivateServer : IAsyncDisposable
{
    private const string Role = "mammoth_rehearsal";
    private readonly PrivateCluster cluster;

    private PrivateServer(PrivateCluster cluster, string connection) => (this.cluster, Connection) = (cluster, connection);

    /// <summary>Connects as that role.</summary>
    public string Connection { get; }

    public static async Task<PrivateServer> StartAsync(Terminal terminal, string? bin, bool silent, CancellationToken cancellationToken)
    {
        PrivateCluster cluster = await PrivateCluster.StartAsync(
            new() { BinDirectory = bin, NodeModules = Path.Combine(Environment.CurrentDirectory, "node_modules") }, cancellationToken);
        try
        {
            if (!silent)
                terminal.Error.MarkupLineInterpolated($"A private PostgreSQL {cluster.Version} from {cluster.Origin}; it ends with this command.");

            string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            await using NpgsqlConnection admin = new(new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false }.ConnectionString);
            await admin.OpenAsync(cancellationToken);
            await using NpgsqlCommand command = new($"CREATE ROLE {Role} LOGIN CREATEDB PASSWORD '{password}'", admin);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new(cluster, new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Username = Role, Password = password }.ConnectionString);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();
}
