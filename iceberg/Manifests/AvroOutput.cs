using Avro.File;
using Avro.Generic;
using Avro.IO;

namespace Mammoth.Iceberg.Manifests;

/// <summary>An Avro container file being written: deflate, blocks of 64 kB, and the header's extra keys.</summary>
internal sealed class AvroOutput<T> : IDisposable
{
    private const int BlockSize = 64_000;
    private readonly IFileWriter<T> _writer;
    private readonly CountingStream _stream;
    private bool _finished;

    public AvroOutput(Stream stream, string schema, IEnumerable<KeyValuePair<string, string>> header, Action<T, Encoder> write)
    {
        _stream = new(stream);
        _writer = DataFileWriter<T>.OpenWriter(new DatumWriter(new ExactSchema(schema), write), _stream, Codec.CreateCodec(Codec.Type.Deflate), leaveOpen: true);
        _writer.SetSyncInterval(BlockSize);
        foreach (var (key, value) in header)
            _writer.SetMeta(key, value);
    }

    /// <summary>Bytes written so far, without the block being filled.</summary>
    public long Length => _stream.Written;

    public void Write(T datum) => _writer.Append(datum);

    /// <summary>Writes the last block, and the header where nothing was written.</summary>
    public void Finish() => Dispose();

    public void Dispose()
    {
        // The library writes when it is disposed, and again when it is disposed twice.
        if (_finished)
            return;
        _finished = true;
        _writer.Dispose();
    }

    private sealed class DatumWriter(Avro.Schema schema, Action<T, Encoder> write) : DatumWriter<T>
    {
        public Avro.Schema Schema => schema;

        public void Write(T datum, Encoder encoder) => write(datum, encoder);
    }

    private sealed class CountingStream(Stream inner) : Stream
    {
        public long Written { get; private set; }

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => Written;

        public override long Position
        {
            get => Written;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            inner.Write(buffer, offset, count);
            Written += count;
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
