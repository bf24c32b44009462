using Npgsql;

namespace Mammoth.Postgres.Copy;

/// <summary>A COPY over Npgsql, where the client made for it can't be used.</summary>
internal sealed class NpgsqlCopyBytes(NpgsqlRawCopyStream stream) : ICopyBytes, IDisposable
{
    private readonly CancellationTokenSource broken = new();
    private bool isOver;

    /// <summary>Starts the COPY of a query.</summary>
    /// <param name="silence">So long the server may send nothing; zero: as long as it likes.</param>
    /// <exception cref="PostgresException">The server refuses the query.</exception>
    /// <exception cref="NpgsqlException">The connection failed.</exception>
    public static async Task<NpgsqlCopyBytes> Open(NpgsqlConnection connection, string query, TimeSpan silence, CancellationToken cancellation)
    {
        NpgsqlRawCopyStream stream = await connection.BeginRawBinaryCopyAsync($"COPY ({query}) TO STDOUT (FORMAT binary)", cancellation).ConfigureAwait(false);
        if (silence > TimeSpan.Zero)
            stream.ReadTimeout = (int)silence.TotalMilliseconds;
        return new NpgsqlCopyBytes(stream);
    }

    /// <inheritdoc/>
    public int Read(Memory<byte> target)
    {
        try
        {
            // Only an asynchronous read can be broken from another thread; the one that waits is the copy's own.
            int read = stream.ReadAsync(target, broken.Token).AsTask().GetAwaiter().GetResult();
            if (read == 0)
                Dispose();
            return read;
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            isOver = true;
            throw;
        }
    }

    /// <inheritdoc/>
    public void Cancel()
    {
        if (isOver)
            return;
        try
        {
            stream.Cancel();
            Dispose();
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or ObjectDisposedException)
        {
            // The server acknowledges a cancelled COPY with an error, and a connection that broke before can't be cancelled.
            isOver = true;
        }
    }

    /// <inheritdoc/>
    public void Break() => broken.Cancel();

    public void Dispose()
    {
        isOver = true;

        // Not what breaks it: whoever does may be late, and it holds nothing.
        stream.Dispose();
    }
}
