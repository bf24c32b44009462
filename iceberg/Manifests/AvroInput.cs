using System.IO.Compression;
using Avro;

namespace Mammoth.Iceberg.Manifests;

/// <summary>
/// Reads the records of an Avro container file (Avro spec, "Object Container Files") by field id: whatever order, names and extra fields their writer chose.
/// A block must hold exactly the records it says: with fewer, files of the table would be missing without a word.
/// </summary>
internal sealed class AvroInput
{
    private const int MostBlockBytes = 256 << 20;
    private const int SyncBytes = 16;
    private const int LongestRemembered = 1 << 16;

    /// <summary>A run reads the few schemas of its manifests thousands of times, and parsing one costs more than a small manifest's entries.</summary>
    private static readonly LastMade<string, Schema> Parsed = new(capacity: 64);

    private readonly string _location;
    private readonly Dictionary<string, byte[]> _header = [];
    private readonly AvroCursor _file;
    private readonly byte[] _sync;
    private readonly RecordSchema _schema;
    private readonly AvroValue _values;
    private readonly bool _deflated;

    /// <exception cref="FormatException">The bytes are no Avro file that this program can read.</exception>
    public AvroInput(ReadOnlyMemory<byte> file, string location)
    {
        _location = location;
        _file = new(file);
        try
        {
            if (!_file.Take(4).Span.SequenceEqual("Obj\u0001"u8))
                throw new InvalidDataException("it does not start as one");
            for (var count = _file.ReadCount(); count != 0; count = _file.ReadCount())
                for (; count > 0; count--)
                    _header[_file.ReadString()] = _file.ReadBytes();
            _sync = _file.Take(SyncBytes).ToArray();
            _deflated = (Header("avro.codec") ?? "null") switch
            {
                "null" => false,
                "deflate" => true,
                var codec => throw new InvalidDataException($"it is compressed with '{codec}', and only 'deflate' can be read"),
            };
            _schema = Parse(Header("avro.schema") ?? throw new InvalidDataException("it has no schema")) as RecordSchema
                ?? throw new InvalidDataException("its schema is no record");
            _values = new(_schema);
            Layout = AvroRecordLayout.Of(_schema);
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw Broken(e);
        }
    }

    public AvroRecordLayout Layout { get; }

    /// <summary>A header value, or null.</summary>
    public string? Header(string key) => _header.TryGetValue(key, out var value) ? System.Text.Encoding.UTF8.GetString(value) : null;

    /// <summary>What is made of each record, one at a time.</summary>
    /// <param name="decode">Makes it of the record's fields, in the writer's order; a <see cref="FormatException"/> is told with the file's name.</param>
    public IEnumerable<T> Records<T>(Func<object?[], T> decode)
    {
        while (_file.Left > 0)
        {
            var (count, block) = Guarded(NextBlock);
            for (; count > 0; count--)
                yield return Guarded(() => decode((object?[])_values.Read(_schema, block)!));
            if (block.Left > 0)
                throw Broken(new InvalidDataException($"a block has {block.Left} bytes more than its records"));
        }
    }

    private (long Count, AvroCursor Block) NextBlock()
    {
        var count = _file.ReadLong();
        var stored = _file.Take(_file.ReadLong());
        if (!_file.Take(SyncBytes).Span.SequenceEqual(_sync))
            throw new InvalidDataException("a block does not end where it should");
        var block = _deflated ? Inflated(stored) : stored;
        return count >= 0 && count <= block.Length ? (count, new(block))
            : throw new InvalidDataException($"a block of {block.Length} bytes can't hold {count} records");
    }

    private static byte[] Inflated(ReadOnlyMemory<byte> stored)
    {
        using var inflating = new DeflateStream(new MemoryStream(stored.ToArray(), writable: false), CompressionMode.Decompress);
        using var block = new MemoryStream(stored.Length * 4);
        var part = new byte[1 << 16];
        for (var count = inflating.Read(part); count > 0; count = inflating.Read(part))
        {
            if (block.Length + count > MostBlockBytes)
                throw new InvalidDataException($"a block has more than {MostBlockBytes} bytes");
            block.Write(part, 0, count);
        }
        return block.ToArray();
    }

    private static Schema Parse(string json)
    {
        AvroValue.Prepare();
        try
        {
            return json.Length <= LongestRemembered ? Parsed.Of(json, Schema.Parse) : Schema.Parse(json);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The library meets text that is no schema with whatever its own code happens to throw.
            throw new InvalidDataException($"its schema can't be read: {e.Message}", e);
        }
    }

    /// <summary>What is made of the file's layout; a <see cref="FormatException"/> is told with the file's name.</summary>
    public T Made<T>(Func<T> make) => Guarded(make);

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw Broken(e);
        }
    }

    private static bool IsBroken(Exception e) => e is AvroException or IOException or InvalidDataException or FormatException;

    private FormatException Broken(Exception cause) => new($"{_location} is no Avro file of Iceberg, or it is damaged: {cause.Message}", cause);
}
