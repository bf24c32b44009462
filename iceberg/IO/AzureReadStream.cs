using System.Buffers;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// A blob's bytes from any place, read ahead in large ranges. All ranges are of the version that was opened: where the blob is replaced, reading fails.
/// </summary>
internal sealed class AzureReadStream(AzureStore store, BlockBlobClient blob, string location, long length, ETag version) : Stream
{
    private const int Window = 4 << 20;

    /// <summary>Parquet readers begin with the last bytes and then go back some: the end is read in one piece.</summary>
    private const int Tail = 256 << 10;

    private byte[]? _buffer;
    private long _bufferStart;
    private int _bufferCount;
    private long _position;
    private bool _closed;

    public override bool CanRead => !_closed;
    public override bool CanSeek => !_closed;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _position >= length)
            return 0;
        if (!IsBuffered())
        {
            var range = NextWindow();
            try
            {
                using var download = blob.DownloadStreaming(Options(range)).Value;
                download.Content.ReadExactly(_buffer!, 0, (int)range.Length!);
            }
            catch (Exception e) when (AzureFailure.Explains(e, CancellationToken.None) || e is EndOfStreamException)
            {
                throw Explain(e);
            }
            Keep(range);
        }
        return Copy(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= length)
            return 0;
        if (!IsBuffered())
        {
            var range = NextWindow();
            try
            {
                using var download = (await blob.DownloadStreamingAsync(Options(range), cancellationToken).ConfigureAwait(false)).Value;
                await download.Content.ReadExactlyAsync(_buffer!, 0, (int)range.Length!, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (AzureFailure.Explains(e, cancellationToken) || e is EndOfStreamException)
            {
                throw Explain(e);
            }
            Keep(range);
        }
        return Copy(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => length };
        if (target < 0)
            throw new IOException($"There is nothing before the start of {location}.");
        return _position = target;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            if (_buffer is not null)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
        base.Dispose(disposing);
    }

    private bool IsBuffered() => _position >= _bufferStart && _position < _bufferStart + _bufferCount;

    /// <summary>The range to read for the position; the buffer is empty until it is kept.</summary>
    private HttpRange NextWindow()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _buffer ??= ArrayPool<byte>.Shared.Rent((int)Math.Min(length, Window));
        _bufferCount = 0;
        var start = Math.Min(_position, Math.Max(0, length - Tail));
        return new(start, Math.Min(length - start, Window));
    }

    private void Keep(HttpRange range) => (_bufferStart, _bufferCount) = (range.Offset, (int)range.Length!);

    private int Copy(Span<byte> target)
    {
        var from = (int)(_position - _bufferStart);
        var count = Math.Min(target.Length, _bufferCount - from);
        _buffer.AsSpan(from, count).CopyTo(target);
        _position += count;
        return count;
    }

    private BlobDownloadOptions Options(HttpRange range) => new() { Range = range, Conditions = new() { IfMatch = version } };

    private IOException Explain(Exception cause) => cause switch
    {
        RequestFailedException { Status: 412 } => new StorageException($"{location} was replaced or deleted while it was read. Read it again.", location, cause),
        RequestFailedException e when AzureFailure.IsNoFile(e) => new FileNotFoundException($"{location} was deleted while it was read.", location, cause),
        EndOfStreamException => new StorageException($"{location} ended before its {length:N0} bytes were read. Read it again.", location, cause) { MayPass = true },
        _ => AzureFailure.Explain(cause, store, location),
    };
}
