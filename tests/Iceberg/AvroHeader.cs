using System.Text;
using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Iceberg;

/// <summary>An Avro file's header, read byte by byte as the Avro specification has it: no library in between.</summary>
internal static class AvroHeader
{
    public static Dictionary<string, string> Of(string location)
    {
        using var file = new BinaryReader(File.OpenRead(LocalPath.Of(location)));
        Assert.Equal("Obj\u0001"u8.ToArray(), file.ReadBytes(4));
        var header = new Dictionary<string, string>();
        for (var count = Number(file); count != 0; count = Number(file))
        {
            if (count < 0)
            {
                count = -count;
                Number(file);
            }
            for (; count > 0; count--)
                header.Add(Text(file), Text(file));
        }
        return header;
    }

    private static string Text(BinaryReader file) => Encoding.UTF8.GetString(file.ReadBytes((int)Number(file)));

    private static long Number(BinaryReader file)
    {
        var zigzag = (ulong)file.Read7BitEncodedInt64();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }
}
