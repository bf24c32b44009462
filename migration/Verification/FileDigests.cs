using Apache.Arrow;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Verification;

/// <summary>Sums the digests of data files. Of one table several are read at a time, as far as this process has cores and memory that no other proof reads with.</summary>
internal static class FileDigests
{
    /// <summary>Memory of the machine or container for each reader besides a proof's first: it holds a row group and a batch, and copies go on beside it.</summary>
    private const long BytesPerHelper = 1L << 30;

    private static readonly SemaphoreSlim Helpers = new((int)Math.Min(Environment.ProcessorCount - 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / BytesPerHelper));

    /// <param name="read">A file's digest; called for several files at the same time.</param>
    public static async Task<RowDigest> Sum<T>(IReadOnlyCollection<T> files, Func<T, CancellationToken, Task<RowDigest>> read, CancellationToken cancellation)
    {
        int helpers = 0;
        while (helpers < files.Count - 1 && Helpers.Wait(0, CancellationToken.None))
        {
            helpers++;
        }

        try
        {
            RowDigest sum = RowDigest.Empty;
            Lock gate = new();
            await Parallel.ForEachAsync(
                files,
                new ParallelOptions { MaxDegreeOfParallelism = 1 + helpers, CancellationToken = cancellation },
                async (file, token) =>
                {
                    RowDigest digest = await read(file, token);
                    lock (gate)
                    {
                        sum += digest;
                    }
                });
            return sum;
        }
        finally
        {
            if (helpers > 0)
            {
                Helpers.Release(helpers);
            }
        }
    }

    /// <summary>The digest of the rows of all batches, which are disposed.</summary>
    public static async Task<RowDigest> Of(IAsyncEnumerable<RecordBatch> batches, Func<RecordBatch, ValueTask<RowDigest>> read)
    {
        RowDigest digest = RowDigest.Empty;
        await foreach (RecordBatch batch in batches)
        {
            using (batch)
            {
                digest += await read(batch);
            }
        }

        return digest;
    }
}
