using Avro;
using Avro.File;
using Avro.Generic;
using Avro.IO;

namespace Mammoth.Iceberg.Manifests;

/// <summary>
/// Reads the records of an Avro container file by field id: whatever order, names and extra fields their writer chose.
/// </summary>
internal sealed class AvroInput : IDisposable
{
    private readonly string _location;
    private readonly IFileReader<object?[]> _reader;

    /// <exception cref="FormatException">The bytes are no Avro file that this program can read.</exception>
    public AvroInput(ReadOnlyMemory<byte> file, string location)
    {
        _location = location;
        AvroValue.Prepare();
        try
        {
            var stream = new MemoryStream(file.ToArray(), writable: false);
            _reader = DataFileReader<object?[]>.OpenReader(stream, null, (writer, _) => new DatumReader(writer));
            Layout = AvroRecordLayout.Of((RecordSchema)_reader.GetSchema());
        }
        catch (Exception e) when (IsBroken(e) || e is InvalidCastException)
        {
            throw Broken(e);
        }
    }

    public AvroRecordLayout Layout { get; }

    /// <summary>A header value, or null.</summary>
    public string? Header(string key) => _reader.GetMetaKeys().Contains(key) ? _reader.GetMetaString(key) : null;

    public IEnumerable<object?[]> Records()
    {
        while (Next() is { } record)
            yield return record;
    }

    public void Dispose() => _reader.Dispose();

    private object?[]? Next()
    {
        try
        {
            return _reader.HasNext() ? _reader.Next() : null;
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw Broken(e);
        }
    }

    private static bool IsBroken(Exception e) =>
        e is AvroException or IOException or IndexOutOfRangeException or ArgumentException or InvalidDataException or OverflowException;

    private FormatException Broken(Exception cause) => new($"{_location} is no Avro file of Iceberg, or it is damaged: {cause.Message}", cause);

    private sealed class DatumReader(Schema schema) : DatumReader<object?[]>
    {
        private readonly AvroValue _values = new(schema);

        public Schema ReaderSchema => schema;
        public Schema WriterSchema => schema;

        public object?[] Read(object?[] reuse, Decoder decoder) => (object?[])_values.Read(schema, decoder)!;
    }
}
