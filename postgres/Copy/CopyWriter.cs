using System.Buffers;
using Npgsql;

namespace Mammoth.Postgres.Copy;

/// <summary>Writes rows through <c>COPY … FROM STDIN (FORMAT binary)</c>. They are there once <see cref="Complete"/> returned, none of them else.</summary>
public sealed class CopyWriter : IAsyncDisposable
{
    private readonly NpgsqlRawCopyStream stream;
    private bool isOver;

    private CopyWriter(NpgsqlRawCopyStream stream) => this.stream = stream;

    /// <summary>Takes the tuples, between header and trailer.</summary>
    public Stream Tuples => stream;

    /// <param name="connection">It can do nothing else until the writer is disposed.</param>
    /// <param name="relation">Its name in SQL.</param>
    /// <param name="columns">Names of the columns that the tuples have, in order.</param>
    public static async Task<CopyWriter> Open(NpgsqlConnection connection, string relation, IEnumerable<string> columns, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        string statement = $"COPY {relation} ({string.Join(", ", columns.Select(Catalog.Identifier.Quote))}) FROM STDIN (FORMAT binary)";
        NpgsqlRawCopyStream stream = await connection.BeginRawBinaryCopyAsync(statement, cancellation).ConfigureAwait(false);
        var writer = new CopyWriter(stream);
        try
        {
            await writer.Write(CopyHeader.Write, cancellation).ConfigureAwait(false);
            return writer;
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the COPY, and waits until the server has taken all rows.</summary>
    /// <exception cref="PostgresException">It refuses one.</exception>
    public async Task Complete(CancellationToken cancellation)
    {
        await Write(CopyHeader.WriteTrailer, cancellation).ConfigureAwait(false);
        await stream.FlushAsync(cancellation).ConfigureAwait(false);
        isOver = true;

        // Npgsql ends the COPY where its stream is disposed.
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the COPY up, unless it is complete.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isOver)
            return;
        isOver = true;
        try
        {
            await stream.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The server acknowledges with an error, and a connection that broke can't be told.
        }

        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // What ended it is thrown already.
        }
    }

    private async Task Write(Action<IBufferWriter<byte>> what, CancellationToken cancellation)
    {
        var bytes = new ArrayBufferWriter<byte>(32);
        what(bytes);
        await stream.WriteAsync(bytes.WrittenMemory, cancellation).ConfigureAwait(false);
    }
}
