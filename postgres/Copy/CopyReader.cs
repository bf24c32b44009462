using System.Buffers;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Npgsql;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// Reads the rows of a query as Arrow batches, through <c>COPY (…) TO STDOUT (FORMAT binary)</c>. The batches are all the rows only where
/// <see cref="ReadAsync"/> has returned null: then the trailer and the server's CommandComplete were seen.
/// </summary>
public sealed class CopyReader : IAsyncDisposable
{
    private const int BufferBytes = 1 << 20;
    private readonly NpgsqlRawCopyStream stream;
    private readonly CopyDecoder decoder;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int start;
    private int filled;

    private CopyReader(NpgsqlRawCopyStream stream, CopyDecoder decoder)
    {
        this.stream = stream;
        this.decoder = decoder;
    }

    /// <summary>The Arrow schema of the batches.</summary>
    public Schema Schema => decoder.Schema;

    /// <summary>Counts and digests of the rows so far.</summary>
    public CopyTotals Totals => decoder.Totals;

    /// <summary>Every row was read: trailer and CommandComplete were seen.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Starts the COPY of a query.</summary>
    /// <param name="connection">An open connection, which can do nothing else until the reader is disposed.</param>
    /// <param name="query">A <c>SELECT</c> whose columns are <paramref name="columns"/>.</param>
    /// <param name="columns">The wire forms of the query's columns, in order.</param>
    /// <param name="options">Bounds of batches.</param>
    /// <param name="unfit">Takes rows that do not fit; where null the first one ends the copy.</param>
    /// <exception cref="PostgresException">The server refuses the query.</exception>
    public static async Task<CopyReader> OpenAsync(
        NpgsqlConnection connection,
        string query,
        IReadOnlyList<CopyColumn> columns,
        CopyDecoderOptions? options = null,
        IUnfitRows? unfit = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var decoder = new CopyDecoder(columns, options, unfit);
        NpgsqlRawCopyStream stream = await connection
            .BeginRawBinaryCopyAsync($"COPY ({query}) TO STDOUT (FORMAT binary)", cancellationToken).ConfigureAwait(false);
        return new CopyReader(stream, decoder);
    }

    /// <summary>
    /// The next batch, which the caller disposes; null when all rows were read. A batch has no rows where so many rows were unfit that whoever takes them should put
    /// them away first.
    /// </summary>
    /// <exception cref="CopyFormatException">The stream is damaged, cut or of other columns.</exception>
    /// <exception cref="UnfitValueException">A value does not fit, and there is no <see cref="IUnfitRows"/>.</exception>
    /// <exception cref="NpgsqlException">The server or the connection failed: rows are missing.</exception>
    public async ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (!IsFinished)
        {
            if (filled > start || decoder.IsEnded)
                start += decoder.Decode(buffer.AsSpan(start, filled - start));
            if (decoder.IsFull)
                return decoder.TakeBatch();
            MakeRoom();
            int read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            filled += read;
            if (read == 0)
            {
                decoder.End();
                IsFinished = true;
                return decoder.TakeBatch();
            }
        }

        return null;
    }

    /// <summary>All batches; each is disposed by the caller.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async IAsyncEnumerable<RecordBatch> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } batch)
            yield return batch;
    }

    /// <summary>Ends the COPY, by cancelling it where rows are left.</summary>
    public async ValueTask DisposeAsync()
    {
        byte[] returned = buffer;
        buffer = [];
        if (returned.Length > 0)
            ArrayPool<byte>.Shared.Return(returned);
        if (!IsFinished)
            await CancelAsync().ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CancelAsync()
    {
        try
        {
            await stream.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or ObjectDisposedException)
        {
            // The server acknowledges a cancelled COPY with an error, and a connection that broke before can't be cancelled:
            // either way the COPY is over, and why it had to be is told by whoever stopped reading.
        }
    }

    /// <summary>Moves what is left to the front, and grows for a row larger than the buffer (by doubling: a damaged length must not take memory by itself).</summary>
    private void MakeRoom()
    {
        int left = filled - start;
        if (left == buffer.Length)
        {
            byte[] grown = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * buffer.Length, System.Array.MaxLength));
            buffer.AsSpan(start, left).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = grown;
        }
        else if (start > 0 && (filled == buffer.Length || left == 0))
        {
            buffer.AsSpan(start, left).CopyTo(buffer);
        }
        else
        {
            return;
        }

        start = 0;
        filled = left;
    }
}
