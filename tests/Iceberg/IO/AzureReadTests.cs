using System.Net;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.IO;

public sealed class AzureReadTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const int Length = (10 << 20) + 77;
    private readonly AzureFaults _faults = new();
    private readonly byte[] _content = new byte[Length];
    private IFileIO _files = null!;
    private string _location = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        new Random(5).NextBytes(_content);
        var container = await azurite.CreateContainer(Cancellation);
        var warehouse = container.Open(_faults.Configure);
        (_files, _location) = (warehouse.Io, $"{warehouse.Root}/a.parquet");
        await container.Open().Io.Write(_location, _content, WriteCondition.IfAbsent, Cancellation);
    }

    public ValueTask DisposeAsync()
    {
        _faults.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Any_walk_through_a_file_reads_what_is_there()
    {
        var random = new Random(7);
        await using var stream = await _files.OpenRead(_location, Cancellation);
        for (var step = 0; step < 60; step++)
        {
            var offset = random.Next(5) == 0 ? Length - random.Next(1, 100) : random.Next(Length);
            var part = new byte[random.Next(4) == 0 ? random.Next(5 << 20) : random.Next(1000)];
            Assert.Equal(offset, random.Next(2) == 0 ? stream.Seek(offset, SeekOrigin.Begin) : stream.Seek(offset - stream.Position, SeekOrigin.Current));
            var count = random.Next(2) == 0
                ? stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false)
                : await stream.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, Cancellation);
            Assert.Equal(Math.Min(part.Length, Length - offset), count);
            Assert.True(_content.AsSpan(offset, count).SequenceEqual(part.AsSpan(0, count)), $"{count} bytes at {offset}");
            Assert.Equal(offset + count, stream.Position);
        }
        Assert.Equal(Length + 5, stream.Seek(5, SeekOrigin.End));
        Assert.Equal(-1, stream.ReadByte());
        Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
    }

    [Fact]
    public async Task Reading_ahead_makes_few_requests()
    {
        await using var stream = await _files.OpenRead(_location, Cancellation);
        await stream.CopyToAsync(Stream.Null, Cancellation);
        Assert.Equal([$"bytes=0-{(4 << 20) - 1}", $"bytes={4 << 20}-{(8 << 20) - 1}", $"bytes={8 << 20}-{Length - 1}"], Ranges());
    }

    [Fact]
    public async Task The_footer_and_what_stands_before_it_are_one_request()
    {
        await using var stream = await _files.OpenRead(_location, Cancellation);
        foreach (var back in new[] { 8, 3000, 200_000 })
        {
            stream.Seek(-back, SeekOrigin.End);
            await stream.ReadExactlyAsync(new byte[8], Cancellation);
        }
        Assert.Single(Ranges());
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on()
    {
        _faults.Next(AzureFaults.IsDownload, async (_, send, _) =>
        {
            var answer = await send();
            var broken = new StreamContent(new BreakingStream(await answer.Content.ReadAsStreamAsync(Cancellation), 1 << 20));
            foreach (var header in answer.Content.Headers)
                broken.Headers.TryAddWithoutValidation(header.Key, header.Value);
            answer.Content = broken;
            return answer;
        }, times: 2);
        await using var stream = await _files.OpenRead(_location, Cancellation);
        var whole = new MemoryStream();
        await stream.CopyToAsync(whole, Cancellation);
        Assert.True(_content.AsSpan().SequenceEqual(whole.ToArray()));
    }

    [Fact]
    public async Task A_file_that_is_replaced_or_deleted_meanwhile_is_not_mixed()
    {
        await using var stream = await _files.OpenRead(_location, Cancellation);
        await stream.ReadExactlyAsync(new byte[100], Cancellation);
        var read = await _files.Read(_location, Cancellation);
        await _files.Write(_location, new byte[Length], WriteCondition.IfUnchanged(read!.ETag), Cancellation);

        await stream.ReadExactlyAsync(new byte[100], Cancellation); // what was read ahead
        stream.Seek(6 << 20, SeekOrigin.Begin);
        var replaced = Assert.Throws<StorageException>(() => stream.ReadByte());
        Assert.Contains("was replaced or deleted while it was read", replaced.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageException>(async () => await stream.ReadExactlyAsync(new byte[1], Cancellation));

        await _files.Delete(_location, Cancellation);
        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1], Cancellation));
    }

    [Fact]
    public async Task A_store_that_fails_while_a_file_is_read_is_told_as_a_sentence()
    {
        await using var stream = await _files.OpenRead(_location, Cancellation);
        _faults.Next(AzureFaults.IsDownload, AzureFaults.Answer(HttpStatusCode.InternalServerError, "InternalError"), times: 4);
        var failed = await Assert.ThrowsAsync<StorageException>(async () => await stream.ReadExactlyAsync(new byte[1], Cancellation));
        Assert.EndsWith("is busy or failing (InternalError), for all our patience. Run the same command again.", failed.Message, StringComparison.Ordinal);
        // And the stream is as good as before.
        await stream.ReadExactlyAsync(new byte[1], Cancellation);
    }

    private List<string> Ranges() => [.. _faults.Seen.Where(s => s.Contains("bytes=", StringComparison.Ordinal)).Select(s => s[s.IndexOf("bytes=", StringComparison.Ordinal)..])];

    private sealed class BreakingStream(Stream inner, int after) : Stream
    {
        private int _left = after;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Note(inner.Read(buffer, offset, Math.Min(count, _left)));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Note(await inner.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken));

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Note(int count)
        {
            _left -= count;
            return _left > 0 ? count : throw new IOException("The connection was reset.");
        }
    }
}
