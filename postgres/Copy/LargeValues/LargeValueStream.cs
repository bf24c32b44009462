using System.Security.Cryptography;

namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>A large value's bytes, from its object. Whoever reads to the end knows that they are those that were written: else the last read throws.</summary>
/// <param name="content">The object's bytes; disposed with this.</param>
public sealed class LargeValueStream(LargeValue value, Stream content) : Stream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long position;
    private bool isChecked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => value.Bytes;

    /// <summary>Bytes read so far.</summary>
    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="LargeValueException">The object has other bytes than were written.</exception>
    public override int Read(Span<byte> buffer) => Taken(content.Read(buffer), buffer);

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Taken(await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false), buffer);

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
            content.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Taken(int read, ReadOnlyMemory<byte> buffer) => Taken(read, buffer.Span);

    private int Taken(int read, ReadOnlySpan<byte> buffer)
    {
        position += read;
        if (position > value.Bytes || (read == 0 && buffer.Length > 0 && position < value.Bytes))
            throw new LargeValueException(value.Location, $"has {(read > 0 ? "more than" : $"{position} and not")} {value.Bytes} bytes");
        hash.AppendData(buffer[..read]);
        if (read == 0 && buffer.Length > 0 && !isChecked && Convert.ToHexStringLower(hash.GetHashAndReset()) != value.Sha256)
            throw new LargeValueException(value.Location, "holds other bytes than were written: its SHA-256 is another");
        isChecked |= read == 0 && buffer.Length > 0;
        return read;
    }
}
