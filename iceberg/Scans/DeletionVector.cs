using System.Buffers.Binary;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;

namespace Mammoth.Iceberg.Scans;

/// <summary>
/// Deletion vectors of format version 3: a blob <c>deletion-vector-v1</c> in a Puffin file (Puffin spec, "deletion-vector-v1 blob type") with a
/// Roaring bitmap of 64-bit positions.
/// </summary>
internal static class DeletionVector
{
    private const uint Magic = 0xD1D33964;
    private const int Frame = 12;

    /// <exception cref="InvalidDataException">The blob is damaged.</exception>
    public static async Task<DeletedRows> Read(IFileIO io, DataFile vector, CancellationToken cancellation)
    {
        if (vector is not { ContentOffset: { } offset, ContentSizeInBytes: { } size })
            throw new InvalidDataException($"The manifest does not say where in {vector.FilePath} the deletion vector is.");
        await using var stream = await io.OpenRead(vector.FilePath, cancellation);
        if (offset < 0 || size < Frame || offset > stream.Length - size)
            throw new InvalidDataException($"The manifest says that a deletion vector is in {vector.FilePath} from byte {offset} on, {size} bytes long, but the file has {stream.Length} bytes.");
        stream.Position = offset;
        var blob = new byte[size];
        await stream.ReadExactlyAsync(blob, cancellation);
        var rows = new DeletedRows(Positions(blob, vector.FilePath, vector.RecordCount));
        return rows.Count == vector.RecordCount ? rows
            : throw new InvalidDataException($"The deletion vector in {vector.FilePath} deletes {rows.Count} rows, not {vector.RecordCount} as the manifest says.");
    }

    /// <param name="most">How many positions there are at most: a few bytes can stand for very many.</param>
    internal static IEnumerable<long> Positions(byte[] blob, string location, long most = int.MaxValue)
    {
        InvalidDataException Damaged(string what) => new($"The deletion vector in {location} is damaged: {what}.");
        if (blob.Length < Frame || BinaryPrimitives.ReadInt32BigEndian(blob) != blob.Length - 8)
            throw Damaged("its length is wrong");
        if (BinaryPrimitives.ReadUInt32BigEndian(blob.AsSpan(4)) != Magic)
            throw Damaged("it does not start as one");
        // Length and checksum are not part of what is checked.
        if (Crc32.Of(blob.AsSpan(4, blob.Length - 8)) != BinaryPrimitives.ReadUInt32BigEndian(blob.AsSpan(blob.Length - 4)))
            throw Damaged("its checksum is wrong");
        try
        {
            return RoaringBitmap.Read(blob.AsSpan(8, blob.Length - Frame), most);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(Damaged(e.Message).Message, e);
        }
    }
}
