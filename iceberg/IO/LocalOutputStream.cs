using System.Buffers;
using Mammoth.Iceberg.Faults;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// Where a new local file's bytes go. A full disk is told as a sentence; and once the file is given up, closing it
/// does not fail again and hide the first error.
/// </summary>
/// <param name="file">Has no buffer of its own: each would be one more large object, and thousands of small files are written in a run.</param>
internal sealed class LocalOutputStream(FileStream file, string path) : Stream
{
    /// <summary>Large enough that Parquet pages and Avro blocks become few system calls.</summary>
    private const int BufferSize = 1 << 20;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _buffered;
    private bool _closed;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => !_closed;
    public override long Length => Position;

    /// <summary>Bytes written so far.</summary>
    public override long Position
    {
        get => file.Position + _buffered;
        set => throw new NotSupportedException();
    }

    /// <summary>Writes everything through to the disk.</summary>
    /// <returns>The file's length in bytes.</returns>
    public long Sync()
    {
        Drain();
        file.Flush(flushToDisk: true);
        return file.Length;
    }

    /// <summary>Closes a file that nobody will see.</summary>
    public void Abandon()
    {
        _buffered = 0;
        Close();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            if (buffer.Length > BufferSize - _buffered)
                Drain();
            if (buffer.Length >= BufferSize)
            {
                Failpoints.FileWrite.PassNow();
                file.Write(buffer);
            }
            else
            {
                Keep(buffer);
            }
        }
        catch (Exception e) when (LocalFailure.Explains(e))
        {
            throw LocalFailure.Explain(e, path);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            if (buffer.Length > BufferSize - _buffered)
                await DrainAsync(cancellationToken);
            if (buffer.Length >= BufferSize)
            {
                await Failpoints.FileWrite.Pass();
                await file.WriteAsync(buffer, cancellationToken);
            }
            else
            {
                Keep(buffer.Span);
            }
        }
        catch (Exception e) when (LocalFailure.Explains(e))
        {
            throw LocalFailure.Explain(e, path);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Buffered bytes are written by Sync, or not at all; a Parquet or Avro writer that flushes after each block would only make more system calls.
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            ArrayPool<byte>.Shared.Return(_buffer!);
            _buffer = null;
            file.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    private void Drain()
    {
        if (_buffered > 0)
        {
            Failpoints.FileWrite.PassNow();
            file.Write(_buffer!, 0, _buffered);
        }

        _buffered = 0;
    }

    private async ValueTask DrainAsync(CancellationToken cancellation)
    {
        if (_buffered > 0)
        {
            await Failpoints.FileWrite.Pass();
            await file.WriteAsync(_buffer.AsMemory(0, _buffered), cancellation);
        }

        _buffered = 0;
    }
}
