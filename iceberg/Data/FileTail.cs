using System.Runtime.ExceptionServices;

namespace Mammoth.Iceberg.Data;

/// <summary>
/// What a Parquet writer writes through: counts the bytes, keeps those from <see cref="KeepFromHere"/> on (the footer, whose statistics are read
/// back without reading the file), and remembers what the target threw, which would not survive the way through native code.
/// </summary>
internal sealed class FileTail(Stream target) : Stream
{
    private MemoryStream? _tail;
    private long _tailStart;
    private long _length;
    private ExceptionDispatchInfo? _failure;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Keeps what is written from here on, and nothing before.</summary>
    public void KeepFromHere() => (_tail, _tailStart) = (new MemoryStream(), _length);

    /// <summary>The file as far as it was kept, for reading; zeros before.</summary>
    public Stream ForReading() => new KeptTail(_tail ?? throw new InvalidOperationException("Nothing was kept."), _tailStart);

    /// <summary>Throws what the target threw, if it did.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            target.Write(buffer);
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
            throw;
        }
        _length += buffer.Length;
        _tail?.Write(buffer);
    }

    public override void Flush()
    {
        // The output file flushes when it is completed; row groups need not be sent one by one.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private sealed class KeptTail(MemoryStream tail, long start) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => start + tail.Length;
        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, Length - Position);
            if (count <= 0)
                return 0;
            var before = (int)Math.Clamp(start - Position, 0, count);
            buffer[..before].Clear();
            tail.Position = Math.Max(0, Position - start);
            tail.ReadExactly(buffer[before..count]);
            Position += count;
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
            // Nothing is written here.
        }

        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
