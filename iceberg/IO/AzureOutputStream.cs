using System.Buffers;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// Where a new blob's bytes go: full buffers are sent as blocks while the next is filled. Writing waits where the network is slower than the writer,
/// synchronously too (a Parquet writer calls from native code): what is waited for needs no thread of the caller's.
/// </summary>
internal sealed class AzureOutputStream(AzureBlocks blocks) : Stream
{
    private byte[]? _buffer;
    private int _count;
    private long _length;
    private bool _closed;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => !_closed;
    public override long Length => _length;

    /// <summary>Bytes written so far.</summary>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_count == AzureBlocks.Size)
            {
                blocks.WaitForTurn();
                Send();
            }
            buffer = buffer[Take(buffer)..];
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_count == AzureBlocks.Size)
            {
                await blocks.WaitForTurnAsync(cancellationToken).ConfigureAwait(false);
                Send();
            }
            buffer = buffer[Take(buffer.Span)..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Sends what is left and makes the blob exist.</summary>
    /// <returns>Its length in bytes.</returns>
    public async Task<long> Complete(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _closed = true;
        if (blocks.None)
        {
            await blocks.CommitWhole(_buffer.AsMemory(0, _count), cancellation).ConfigureAwait(false);
            return _length;
        }
        if (_count > 0)
        {
            await blocks.WaitForTurnAsync(cancellation).ConfigureAwait(false);
            Send();
        }
        await blocks.Commit(cancellation).ConfigureAwait(false);
        return _length;
    }

    // Blocks are sent when they are full; a Parquet or Avro writer that flushes would only make them small.
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        _closed = true;
        ReturnBuffer();
        await blocks.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private int Take(ReadOnlySpan<byte> from)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _buffer ??= ArrayPool<byte>.Shared.Rent(AzureBlocks.Size);
        var count = Math.Min(from.Length, AzureBlocks.Size - _count);
        from[..count].CopyTo(_buffer.AsSpan(_count));
        _count += count;
        _length += count;
        return count;
    }

    private void Send()
    {
        var (full, count) = (_buffer!, _count);
        (_buffer, _count) = (null, 0);
        blocks.Send(full, count);
    }

    private void ReturnBuffer()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _count) = (null, 0);
    }
}
