using Mammoth.Migration.Verification;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Verification;

public sealed class FileDigestsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Each_file_counts_once(int files)
    {
        var read = new List<int>();
        RowDigest sum = await FileDigests.Sum(
            [.. Enumerable.Range(0, files)],
            async (file, token) =>
            {
                await Task.Delay(1, token);
                lock (read)
                    read.Add(file);
                return new RowDigest(1, (UInt128)file);
            },
            Cancellation);
        Assert.Equal(new RowDigest(files, (UInt128)(files * (files - 1) / 2)), sum);
        Assert.Equal(Enumerable.Range(0, files), read.Order());
    }

    [Fact]
    public async Task Proofs_at_the_same_time_have_no_more_readers_than_one_each_and_a_core_each_and_none_waits_for_the_others()
    {
        int now = 0, most = 0;
        const int Proofs = 5;
        var begun = new TaskCompletionSource();
        var proofs = new HashSet<int>();
        async Task<RowDigest> Read((int Proof, int File) file, CancellationToken token)
        {
            int readers = Interlocked.Increment(ref now);
            InterlockedMax(ref most, readers);
            lock (proofs)
            {
                proofs.Add(file.Proof);
                if (proofs.Count == Proofs)
                    begun.TrySetResult();
            }

            await begun.Task.WaitAsync(token);
            await Task.Delay(5, token);
            Interlocked.Decrement(ref now);
            return new RowDigest(1, 1);
        }

        RowDigest[] sums = await Task.WhenAll(Enumerable.Range(0, Proofs).Select(p => FileDigests.Sum([.. Enumerable.Range(0, 20).Select(f => (p, f))], Read, Cancellation)));
        Assert.All(sums, s => Assert.Equal(20, s.Rows));
        Assert.InRange(most, Proofs, Proofs + Environment.ProcessorCount - 1);
    }

    [Fact]
    public async Task The_file_that_can_not_be_read_is_what_is_told_and_the_others_are_given_up()
    {
        int begun = 0;
        InvalidDataException told = await Assert.ThrowsAsync<InvalidDataException>(() => FileDigests.Sum(
            [.. Enumerable.Range(0, 1000)],
            async (file, token) =>
            {
                Interlocked.Increment(ref begun);

                // Those behind it end only where they are given up.
                await Task.Delay(file > 3 ? Timeout.Infinite : 1, token);
                return file == 3 ? throw new InvalidDataException("file 3 can't be read") : new RowDigest(1, 1);
            },
            Cancellation));
        Assert.Equal("file 3 can't be read", told.Message);
        Assert.InRange(begun, 4, 4 + (2 * Environment.ProcessorCount));

        // Whoever helped helps the next.
        Assert.Equal(10, (await FileDigests.Sum([.. Enumerable.Range(0, 10)], (_, _) => Task.FromResult(new RowDigest(1, 1)), Cancellation)).Rows);
    }

    [Fact]
    public async Task Cancelled_it_ends()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<RowDigest> sum = FileDigests.Sum(
            [1, 2, 3],
            async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return RowDigest.Empty;
            },
            stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sum);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = Volatile.Read(ref most); value > seen;)
        {
            int found = Interlocked.CompareExchange(ref most, value, seen);
            if (found == seen)
                return;
            seen = found;
        }
    }
}
