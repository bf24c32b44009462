using System.IO.Compression;
using System.Text;

namespace Mammoth.Tests.Iceberg.Mutations;

/// <summary>An Avro container file taken apart and put together again, byte by byte as the Avro specification has it: no library in between.</summary>
internal sealed class AvroContainer
{
    private static readonly byte[] Magic = "Obj\u0001"u8.ToArray();

    public Dictionary<string, byte[]> Header { get; } = [];
    public List<Block> Blocks { get; } = [];
    public byte[] Sync { get; private set; } = new byte[16];

    public string Schema
    {
        get => Encoding.UTF8.GetString(Header["avro.schema"]);
        set => Header["avro.schema"] = Encoding.UTF8.GetBytes(value);
    }

    public static AvroContainer Read(byte[] file)
    {
        using var reader = new BinaryReader(new MemoryStream(file));
        Assert.Equal(Magic, reader.ReadBytes(4));
        var container = new AvroContainer();
        for (var count = Number(reader); count != 0; count = Number(reader))
            for (; count > 0; count--)
                container.Header.Add(Encoding.UTF8.GetString(Bytes(reader)), Bytes(reader));
        container.Sync = reader.ReadBytes(16);
        while (reader.BaseStream.Position < file.Length)
        {
            var records = Number(reader);
            using var inflating = new DeflateStream(new MemoryStream(Bytes(reader)), CompressionMode.Decompress);
            using var content = new MemoryStream();
            inflating.CopyTo(content);
            container.Blocks.Add(new(records, content.ToArray()));
            Assert.Equal(container.Sync, reader.ReadBytes(16));
        }
        return container;
    }

    public byte[] Write()
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write(Magic);
        Number(writer, Header.Count);
        foreach (var (key, value) in Header)
        {
            Bytes(writer, Encoding.UTF8.GetBytes(key));
            Bytes(writer, value);
        }
        Number(writer, 0);
        writer.Write(Sync);
        foreach (var block in Blocks)
        {
            Number(writer, block.Records);
            using var deflated = new MemoryStream();
            using (var deflating = new DeflateStream(deflated, CompressionLevel.Fastest, leaveOpen: true))
                deflating.Write(block.Content);
            Bytes(writer, deflated.ToArray());
            writer.Write(Sync);
        }
        return file.ToArray();
    }

    /// <summary>A number as Avro has it: zigzag, seven bits a byte.</summary>
    public static void Number(BinaryWriter writer, long value) => writer.Write7BitEncodedInt64((value << 1) ^ (value >> 63));

    public static void Bytes(BinaryWriter writer, byte[] value)
    {
        Number(writer, value.Length);
        writer.Write(value);
    }

    private static byte[] Bytes(BinaryReader reader) => reader.ReadBytes((int)Number(reader));

    private static long Number(BinaryReader reader)
    {
        var zigzag = (ulong)reader.Read7BitEncodedInt64();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    internal sealed record Block(long Records, byte[] Content);
}
