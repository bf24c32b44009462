using System.Threading.Channels;
using Apache.Arrow;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// The batches of a copy, read and decoded on a thread of their own, a few ahead of whoever writes them: so the one waits for the server while the other
/// compresses. What is held is bounded by those few.
/// </summary>
public sealed class CopyBatches : IAsyncDisposable
{
    /// <summary>Batches that wait to be written, besides the one that is being filled and the one being written.</summary>
    private const int Ahead = 2;

    /// <summary>How long a read may go on by itself once nobody wants its rows.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CopyReader reader;
    private readonly Channel<CopyStep> steps = Channel.CreateBounded<CopyStep>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim asked = new(0);
    private readonly CancellationTokenSource stop;
    private readonly CancellationTokenRegistration breaking;
    private readonly Task reading;

    /// <param name="reader">Ended when this is disposed.</param>
    /// <param name="cancellation">Ends the reading, also where it waits for the server.</param>
    public CopyBatches(CopyReader reader, CancellationToken cancellation)
    {
        this.reader = reader;
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        breaking = cancellation.UnsafeRegister(r => ((CopyReader)r!).Break(), reader);
        reading = OwnThread.Run(Produce);
    }

    /// <summary>The next batch, which the caller disposes, and the totals with it; null when all rows were read.</summary>
    /// <inheritdoc cref="CopyReader.Read"/>
    public async ValueTask<CopyStep?> Next(CancellationToken cancellation)
    {
        asked.Release();
        try
        {
            return await steps.Reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // What ended it, if not the last row.
            await reading.ConfigureAwait(false);
            return reader.IsFinished ? null : throw new OperationCanceledException("The copy was given up before its last row.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);

        // A read that waits for the server is woken; one at work sees for itself that nobody takes any more.
        if (await Task.WhenAny(reading, Task.Delay(Patience, CancellationToken.None)).ConfigureAwait(false) != reading)
            reader.Break();
        await reading.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        while (steps.Reader.TryRead(out CopyStep? step))
            step.Batch.Dispose();
        await breaking.DisposeAsync().ConfigureAwait(false);
        await reader.DisposeAsync().ConfigureAwait(false);
        stop.Dispose();
        asked.Dispose();
    }

    /// <summary>Waits, where memory is short, until the batch before is wanted no more.</summary>
    private bool Turn()
    {
        if (reader.IsTight)
            asked.Wait(stop.Token);
        else
            asked.Wait(0);
        return true;
    }

    private void Produce()
    {
        try
        {
            while (Turn() && reader.Read() is { } batch)
            {
                var step = new CopyStep(batch, reader.Totals);
                while (!steps.Writer.TryWrite(step))
                {
                    // The thread is this copy's own: it may wait.
                    if (!steps.Writer.WaitToWriteAsync(stop.Token).AsTask().GetAwaiter().GetResult())
                        break;
                }

                stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch (NpgsqlException) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop.Token);
        }
        finally
        {
            steps.Writer.TryComplete();
        }
    }
}

/// <summary>A batch, and the totals of all rows up to its end.</summary>
public sealed record CopyStep(RecordBatch Batch, CopyTotals Totals);
