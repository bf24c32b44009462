namespace Mammoth.Iceberg.IO;

/// <summary>
/// Where a new local file's bytes go. A full disk is told as a sentence; and once the file is given up, closing it
/// does not fail again and hide the first error.
/// </summary>
internal sealed class LocalOutputStream(FileStream file, string path) : Stream
{
    private bool _closed;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => !_closed;
    public override long Length => file.Length;

    /// <summary>Bytes written so far.</summary>
    public override long Position
    {
        get => file.Position;
        set => throw new NotSupportedException();
    }

    /// <summary>Writes everything through to the disk.</summary>
    /// <returns>The file's length in bytes.</returns>
    public long Sync()
    {
        file.Flush(flushToDisk: true);
        return file.Length;
    }

    /// <summary>Closes a file that nobody will see.</summary>
    public void Abandon()
    {
        if (_closed)
            return;
        _closed = true;
        try
        {
            file.Dispose();
        }
        catch (IOException)
        {
            // What was still buffered could not be written (a full disk): the file is deleted anyway, and the first error is the one to tell.
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            file.Write(buffer);
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
            await file.WriteAsync(buffer, cancellationToken);
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
            file.Dispose();
        }
        base.Dispose(disposing);
    }
}
