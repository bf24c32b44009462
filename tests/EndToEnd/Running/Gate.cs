using Npgsql;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>
/// Halts a copy at one row, on the server, for as long as a test wants: the row filter waits there for an advisory lock. So what a test does "during the
/// copy" is done during the copy.
/// </summary>
internal sealed class Gate : IAsyncDisposable
{
    private const int Key = 4711;

    private readonly NpgsqlConnection connection;

    private Gate(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>A filter that lets every row through, and waits at one.</summary>
    /// <param name="row">An SQL condition that is true of the row.</param>
    public static string Filter(string row) => $"CASE WHEN {row} THEN pg_catalog.pg_advisory_xact_lock_shared({Key}) IS NOT NULL ELSE true END";

    public static async Task<Gate> Close(SourceDatabase source, CancellationToken cancellation)
    {
        var connection = await source.Open(cancellation);
        await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock({Key})", connection);
        await command.ExecuteNonQueryAsync(cancellation);
        return new(connection);
    }

    /// <summary>Waits until a copy has come to the gate.</summary>
    public async Task Reached(MammothProcess process, CancellationToken cancellation)
    {
        while (!await IsReached(cancellation))
        {
            Assert.False(process.HasExited, process.HasExited ? $"It never came to the gate. {await process.End(cancellation)}" : "");
            await Task.Delay(50, cancellation);
        }
    }

    /// <inheritdoc cref="Reached(MammothProcess, CancellationToken)"/>
    public async Task Reached(CancellationToken cancellation)
    {
        while (!await IsReached(cancellation))
            await Task.Delay(50, cancellation);
    }

    private async Task<bool> IsReached(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))! > 0;
    }

    public async Task Open(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_advisory_unlock({Key})", connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
