using System.Buffers.Binary;
using Mammoth.Iceberg.Scans;

namespace Mammoth.Fuzz.Targets;

/// <summary>Deletion vectors. Length and checksum are put right first: a fuzzer does not guess them.</summary>
internal static class DeletesTarget
{
    private const string Location = "file:///fuzz.puffin";

    public static void Read(byte[] bytes)
    {
        if (bytes.Length >= 12)
        {
            bytes = [.. bytes];
            BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 8);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 4), Crc32.Of(bytes.AsSpan(4, bytes.Length - 8)));
        }

        try
        {
            foreach (long position in DeletionVector.Positions(bytes, Location, most: 1 << 16))
            {
                if (position < 0)
                    throw new FindingException($"It deletes row {position}.");
            }
        }
        catch (InvalidDataException e)
        {
            FindingException.Unless(e.Message.Contains(Location, StringComparison.Ordinal), e);
        }
    }
}
