using Apache.Arrow;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// Reads the rows of a query as Arrow batches, from the bytes of a binary COPY. The batches are all the rows only where
/// <see cref="Read"/> has returned null: then the trailer and the server's CommandComplete were seen.
/// </summary>
public sealed class CopyReader : IAsyncDisposable
{
    private const int BufferBytes = 1 << 20;

    /// <summary>So long a server may take to acknowledge that a copy is cancelled.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ICopyBytes source;
    private readonly CopyDecoder decoder;
    private readonly RowMemory memory;
    private volatile bool isBroken;
    private byte[] buffer = RowArrays.Rent(BufferBytes);
    private int start;
    private int filled;

    private CopyReader(ICopyBytes source, CopyDecoder decoder, CopyDecoderOptions? options)
    {
        memory = new RowMemory((options ?? new()).LargeRowRoom);
        this.source = source;
        this.decoder = decoder;
    }

    /// <summary>The Arrow schema of the batches.</summary>
    public Schema Schema => decoder.Schema;

    /// <summary>Counts and digests of the rows so far.</summary>
    public CopyTotals Totals => decoder.Totals;

    /// <summary>Every row was read: trailer and CommandComplete were seen.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Starts to read the rows of a query.</summary>
    /// <param name="session">It can do nothing else until the reader is disposed.</param>
    /// <param name="query">A <c>SELECT</c> whose columns are <paramref name="columns"/>.</param>
    /// <param name="columns">The wire forms of the query's columns, in order.</param>
    /// <param name="options">Bounds of batches.</param>
    /// <param name="unfit">Takes rows that do not fit; where null the first one ends the copy.</param>
    /// <param name="large">Takes the values that are too large for their column.</param>
    /// <param name="objects">The large objects that columns name.</param>
    /// <exception cref="PostgresException">The server refuses the query.</exception>
    /// <exception cref="NpgsqlException">The connection failed.</exception>
    public static async Task<CopyReader> Open(
        SnapshotReader session,
        string query,
        IReadOnlyList<CopyColumn> columns,
        CopyDecoderOptions? options = null,
        IUnfitRows? unfit = null,
        ILargeValues? large = null,
        ILargeObjects? objects = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var decoder = new CopyDecoder(columns, options, unfit, large, objects);
        return new CopyReader(await session.CopyOut(query, columns, cancellation).ConfigureAwait(false), decoder, options);
    }

    /// <summary>The same over a connection of Npgsql, which can do nothing else until the reader is disposed.</summary>
    /// <inheritdoc cref="Open"/>
    public static async Task<CopyReader> OpenAsync(
        NpgsqlConnection connection,
        string query,
        IReadOnlyList<CopyColumn> columns,
        CopyDecoderOptions? options = null,
        IUnfitRows? unfit = null,
        ILargeValues? large = null,
        ILargeObjects? objects = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var decoder = new CopyDecoder(columns, options, unfit, large, objects);
        return new CopyReader(await NpgsqlCopyBytes.Open(connection, query, TimeSpan.Zero, cancellationToken).ConfigureAwait(false), decoder, options);
    }

    /// <summary>
    /// The next batch, which the caller disposes; null when all rows were read. A batch has no rows where so many rows were unfit that whoever takes them should put
    /// them away first. Blocks: it is for a thread of its own (<see cref="ReadAll"/>).
    /// </summary>
    /// <exception cref="CopyFormatException">The stream is damaged, cut or of other columns.</exception>
    /// <exception cref="UnfitValueException">A value does not fit, and there is no <see cref="IUnfitRows"/>.</exception>
    /// <exception cref="NpgsqlException">The server or the connection failed: rows are missing.</exception>
    /// <exception cref="Mammoth.Postgres.Errors.RowMemoryException">A row is larger than memory can hold.</exception>
    public RecordBatch? Read()
    {
        while (!IsFinished)
        {
            if (filled > start || decoder.IsEnded)
                start += decoder.Decode(buffer.AsSpan(start, filled - start));
            if (decoder.IsFull)
                return decoder.TakeBatch();
            MakeRoom();
            int read = source.Read(buffer.AsMemory(filled));
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

    /// <summary>
    /// Reads all rows on a thread of its own, which hands each batch to <paramref name="take"/>, and waits for it, before it reads the next: what is decoded is written while it is
    /// still in the nearest cache, and no second thread competes with the server, which sends on meanwhile into the socket's buffers, for a core. <see cref="Totals"/> are those up to
    /// the batch's end.
    /// </summary>
    /// <param name="take">Must not keep the batch.</param>
    /// <param name="cancellation">Ends it also where it waits for the server.</param>
    /// <inheritdoc cref="Read" path="/exception"/>
    public async Task ReadAll(Func<RecordBatch, ValueTask> take, CancellationToken cancellation)
    {
        CancellationTokenRegistration breaking = cancellation.UnsafeRegister(static r => ((CopyReader)r!).Break(), this);
        await using (breaking.ConfigureAwait(false))
            await OwnThread.Run(() => Drain(take, cancellation)).ConfigureAwait(false);
    }

    /// <summary>Ends the copy, by cancelling it where rows are left.</summary>
    public async ValueTask DisposeAsync()
    {
        byte[] returned = buffer;
        buffer = [];
        RowArrays.Return(returned);
        if (!IsFinished)
        {
            Task cancelling = OwnThread.Run(source.Cancel);
            if (await Task.WhenAny(cancelling, Task.Delay(Patience)).ConfigureAwait(false) != cancelling)
                source.Break();
            await cancelling.ConfigureAwait(false);
        }

        decoder.Dispose();
        memory.Dispose();
    }

    private void Drain(Func<RecordBatch, ValueTask> take, CancellationToken cancellation)
    {
        try
        {
            while (Read() is { } batch)
            {
                using (batch)
                {
                    // The thread is this copy's own: it may wait.
                    ValueTask taken = take(batch);
                    if (taken.IsCompleted)
                        taken.GetAwaiter().GetResult();
                    else
                        taken.AsTask().GetAwaiter().GetResult();
                }

                cancellation.ThrowIfCancellationRequested();
            }
        }
        catch (NpgsqlException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    /// <summary>Makes a read that blocks fail, from another thread.</summary>
    private void Break()
    {
        isBroken = true;
        source.Break();
    }

    /// <summary>Moves what is left to the front, and grows for a row larger than the buffer (by doubling: a damaged length must not take memory by itself).</summary>
    private void MakeRoom()
    {
        int left = filled - start;
        if (left == buffer.Length)
        {
            if (Math.Max(decoder.NeededBytes, left) > RowMemory.Ordinary)
                memory.Take(Math.Max(decoder.NeededBytes, left), () => isBroken);
            long twice = 2L * buffer.Length;
            byte[] grown = RowArrays.Rent(Math.Min(decoder.NeededBytes > left ? Math.Min(twice, decoder.NeededBytes + (long)BufferBytes) : twice, System.Array.MaxLength));
            buffer.AsSpan(start, left).CopyTo(grown);
            RowArrays.Return(buffer);
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
