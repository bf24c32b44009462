using Mammoth.Iceberg.IO;
using Mammoth.Tests.Fixtures;
using ParquetSharp;
using ParquetSharp.IO;

namespace Mammoth.Tests.Iceberg.IO;

/// <summary>Files that are sent while they are written.</summary>
public sealed class AzureUploadTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly AzureFaults _network = new();
    private AzuriteContainer _container = null!;
    private IFileIO _files = null!;
    private string _location = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _container = await azurite.CreateContainer(Cancellation);
        var warehouse = _container.Open(_network.Configure);
        (_files, _location) = (warehouse.Io, $"{warehouse.Root}/data/a.parquet");
    }

    public ValueTask DisposeAsync()
    {
        _network.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_slow_network_holds_the_writer_back()
    {
        var inFlight = 0;
        using var open = new SemaphoreSlim(0);
        _network.Next(AzureFaults.IsBlock, async (_, send, _) =>
        {
            Interlocked.Increment(ref inFlight);
            await open.WaitAsync(Cancellation);
            Interlocked.Decrement(ref inFlight);
            return await send();
        }, times: 100);
        await using var file = _files.Create(_location);
        var writing = Task.Factory.StartNew(() => WriteOut(file.Stream, 100), Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        // Three blocks in flight and a fourth full: no more is taken, however long it lasts.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (file.Stream.Position < 32 << 20 || Volatile.Read(ref inFlight) < 3)
            await Task.Delay(20, patience.Token);
        await Task.Delay(500, Cancellation);
        Assert.Equal(32 << 20, file.Stream.Position);
        Assert.Equal(3, Volatile.Read(ref inFlight));
        Assert.False(writing.IsCompleted);

        open.Release(100);
        await writing;
        Assert.Equal(100 << 20, await file.Complete(Cancellation));
        Assert.Equal(100 << 20, (await _container.Client.GetBlobClient("data/a.parquet").GetPropertiesAsync(cancellationToken: Cancellation)).Value.ContentLength);
    }

    [Fact]
    public async Task A_thread_that_must_not_be_left_can_write()
    {
        await using var file = _files.Create(_location);
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            // Whatever is posted here is never run, as on a thread that native code holds.
            SynchronizationContext.SetSynchronizationContext(new NeverRuns());
            failure = Record.Exception(() => WriteOut(file.Stream, 50));
        });
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromMinutes(3)), "the writer hangs");
        Assert.Null(failure);
        Assert.Equal(50 << 20, await file.Complete(Cancellation));
    }

    [Fact]
    public async Task Many_files_can_be_written_at_once_by_threads_of_the_pool()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 12), new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = Cancellation }, async (i, cancellation) =>
        {
            await using var file = _files.Create($"{_location}-{i}");
            WriteOut(file.Stream, 17 + i % 3);
            Assert.Equal((17 + i % 3) << 20, await file.Complete(cancellation));
        });
    }

    [Fact]
    public async Task A_Parquet_writer_and_reader_work_on_it()
    {
        var numbers = new long[3_000_000];
        var random = new Random(11);
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = random.NextInt64();
        await using (var file = _files.Create(_location))
        {
            using (var output = new ManagedOutputStream(file.Stream, leaveOpen: true))
            using (var writer = new ParquetFileWriter(output, [new Column<long>("n")]))
            {
                using (var group = writer.AppendRowGroup())
                using (var column = group.NextColumn().LogicalWriter<long>())
                    column.WriteBatch(numbers);
                writer.Close();
            }
            Assert.InRange(await file.Complete(Cancellation), 20 << 20, 40 << 20);
        }
        await using var stream = await _files.OpenRead(_location, Cancellation);
        using var input = new ManagedRandomAccessFile(stream);
        using var reader = new ParquetFileReader(input);
        using var rows = reader.RowGroup(0);
        using var read = rows.Column(0).LogicalReader<long>();
        Assert.Equal(numbers, read.ReadAll(numbers.Length));
    }

    [Fact]
    public async Task Of_writers_of_one_large_file_exactly_one_wins_with_its_whole_content()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 6).Select(async i =>
        {
            await using var file = _files.Create(_location);
            for (var sent = 0; sent < 9; sent++)
            {
                var part = new byte[1 << 20];
                Array.Fill(part, (byte)i);
                await file.Stream.WriteAsync(part, Cancellation);
            }
            try
            {
                await file.Complete(Cancellation);
                return i;
            }
            catch (PreconditionFailedException)
            {
                return 0;
            }
        }));
        var winner = Assert.Single(outcomes, o => o > 0);
        var read = await _files.Read(_location, Cancellation);
        Assert.Equal(9 << 20, read!.Bytes.Length);
        Assert.Equal(-1, read.Bytes.Span.IndexOfAnyExcept((byte)winner));
    }

    [Fact]
    public async Task A_block_that_fails_for_good_fails_the_writer_soon()
    {
        _network.Next(AzureFaults.IsBlock, AzureFaults.LoseRequest, times: 1000);
        await using var file = _files.Create(_location);
        var failed = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            for (var i = 0; i < 100; i++)
                await file.Stream.WriteAsync(new byte[1 << 20], Cancellation);
        });
        Assert.StartsWith(_location, failed.Message, StringComparison.Ordinal);
        Assert.InRange(file.Stream.Position, 16 << 20, 48 << 20);
        // And there is no way around it.
        await Assert.ThrowsAsync<StorageException>(() => file.Complete(Cancellation));
    }

    [Fact]
    public async Task A_file_that_is_given_up_ends_its_requests()
    {
        var stopped = 0;
        _network.Next(AzureFaults.IsBlock, async (_, send, cancellation) =>
        {
            Interlocked.Increment(ref stopped);
            await Task.Delay(Timeout.Infinite, cancellation);
            return await send();
        });
        await using (var file = _files.Create(_location))
            await file.Stream.WriteAsync(new byte[10 << 20], Cancellation);
        Assert.Equal(1, stopped);
        Assert.Null(await _files.Read(_location, Cancellation));
    }

    [Theory]
    [InlineData(8 << 20, 1)]
    [InlineData((8 << 20) + 1, 2)]
    [InlineData(16 << 20, 2)]
    public async Task Files_at_the_edges_of_blocks_are_whole(int length, int blocks)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        await using var file = _files.Create(_location);
        await file.Stream.WriteAsync(content, Cancellation);
        Assert.Equal(length, await file.Complete(Cancellation));
        var read = await _files.Read(_location, Cancellation);
        Assert.True(read!.Bytes.Span.SequenceEqual(content));
        // A file of one block or less takes one request.
        Assert.Equal(blocks == 1 ? 0 : blocks, _network.Seen.Count(s => s.Contains("comp=block&", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Folders_of_a_hierarchical_account_are_not_files()
    {
        await _container.Client.GetBlobClient("data").UploadAsync(BinaryData.Empty, new Azure.Storage.Blobs.Models.BlobUploadOptions { Metadata = new Dictionary<string, string> { ["hdi_isfolder"] = "true" } }, Cancellation);
        await _files.Write(_location, new byte[3], WriteCondition.IfAbsent, Cancellation);
        var found = new List<FileEntry>();
        await foreach (var entry in _files.List(_location[..^"/data/a.parquet".Length] + "/", Cancellation))
            found.Add(entry);
        Assert.Equal((_location, 3L), (Assert.Single(found).Location, found[0].Length));
    }

    private static void WriteOut(Stream stream, int megabytes)
    {
        var part = new byte[1 << 20];
        for (var i = 0; i < megabytes; i++)
            stream.Write(part);
    }

    private sealed class NeverRuns : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }

        public override void Send(SendOrPostCallback d, object? state) => throw new InvalidOperationException("Nobody runs this.");
    }
}
