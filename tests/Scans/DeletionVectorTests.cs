using System.Buffers.Binary;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Scans;

public sealed class DeletionVectorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_kind_of_container_is_read(bool runs)
    {
        long[] positions =
        [
            .. Enumerable.Range(0, 10).Select(i => i * 3L),
            // More than an array holds.
            .. Enumerable.Range(0, 9_000).Select(i => 65536L + (i * 7)),
            .. Enumerable.Range(0, 65_536).Select(i => (5L << 16) + i),
            (1L << 32) + 1, (3L << 32) + 70_000, (3L << 32) + 70_001, (3L << 32) + 200_000, (3L << 32) + 300_000,
        ];
        Assert.Equal(positions, DeletionVector.Positions(Blob(positions, runs), "here"));
    }

    [Fact]
    public void The_bytes_of_the_specification_of_checksums_are_confirmed() => Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));

    [Fact]
    public void Every_damaged_byte_is_noticed()
    {
        var blob = Blob([1, 2, 70_000], runs: false);
        for (var i = 0; i < blob.Length; i++)
        {
            var damaged = (byte[])blob.Clone();
            damaged[i] ^= 0x10;
            Assert.Contains("here", Assert.Throws<InvalidDataException>(() => DeletionVector.Positions(damaged, "here")).Message, StringComparison.Ordinal);
        }
        Assert.Throws<InvalidDataException>(() => DeletionVector.Positions(blob[..^1], "here"));
    }

    [Fact]
    public async Task A_vector_takes_the_place_of_position_deletes()
    {
        using var table = new LocalTable(new Schema(0, [new(1, "id", true, PrimitiveType.Long)], []));
        object?[][] rows = [.. Enumerable.Range(0, 200).Select(i => new object?[] { (long)i })];
        var file = await table.DataFile(rows, rowGroupRows: 60);
        await table.Commit(file);
        await table.Commit(await table.PositionDeletes([(file.FilePath, 0)]));
        long[] deleted = [.. Enumerable.Range(50, 100).Select(i => (long)i), 199];
        var vector = await Vector(table, file.FilePath, deleted);
        await table.Commit(vector);
        // Manifests of version 2 carry no vectors; the scan is handed the task the planner would make of version 3.
        var scan = new TableScan(table.IO, table.Metadata);
        var index = new DeleteIndex(table.Metadata);
        index.Add(new ManifestEntry(ManifestStatus.Added, 1, 2, 2, await table.PositionDeletes([(file.FilePath, 0)])), 0);
        index.Add(new ManifestEntry(ManifestStatus.Added, 1, 3, 3, vector), 0);
        var task = index.Task(new ManifestEntry(ManifestStatus.Added, 1, 1, 1, file), 0);
        Assert.Equal(vector, Assert.Single(task.PositionDeletes));
        var left = new List<long>();
        await foreach (var batch in scan.Read(task, Cancellation))
            using (batch)
                left.AddRange(((Apache.Arrow.Int64Array)batch.Column(0)).Values.ToArray());
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (long)i).Except(deleted), left);
        var wrong = task with { PositionDeletes = [vector with { RecordCount = 7 }] };
        await Assert.ThrowsAsync<InvalidDataException>(async () => await scan.Read(wrong, Cancellation).FirstAsync(Cancellation));
    }

    private static async Task<DataFile> Vector(LocalTable table, string dataFile, long[] positions)
    {
        var blob = Blob(positions, runs: true);
        var location = table.NewFile("puffin");
        await table.IO.Write(location, (byte[])[.. "PFA1"u8, .. blob], WriteCondition.IfAbsent, Cancellation);
        return new DataFile
        {
            Content = FileContentKind.PositionDeletes,
            FileFormat = "PUFFIN",
            FilePath = location,
            RecordCount = positions.Length,
            FileSizeInBytes = blob.Length + 4,
            ReferencedDataFile = dataFile,
            ContentOffset = 4,
            ContentSizeInBytes = blob.Length,
        };
    }

    /// <summary>A deletion vector as the specification describes it, written independently of the reader.</summary>
    internal static byte[] Blob(long[] positions, bool runs)
    {
        var bitmap = new MemoryStream();
        var output = new BinaryWriter(bitmap);
        var high = positions.GroupBy(p => p >> 32).OrderBy(g => g.Key).ToList();
        output.Write((ulong)high.Count);
        foreach (var half in high)
        {
            output.Write((uint)half.Key);
            WriteBitmap(output, [.. half.GroupBy(p => (ushort)(p >> 16), p => (ushort)p).OrderBy(g => g.Key)], runs);
        }
        byte[] body = [0xD1, 0xD3, 0x39, 0x64, .. bitmap.ToArray()];
        var blob = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(blob, body.Length);
        body.CopyTo(blob, 4);
        BinaryPrimitives.WriteUInt32BigEndian(blob.AsSpan(body.Length + 4), Crc32.Of(body));
        return blob;
    }

    private static void WriteBitmap(BinaryWriter output, IGrouping<ushort, ushort>[] containers, bool runs)
    {
        if (runs)
        {
            output.Write((ushort)12347);
            output.Write((ushort)(containers.Length - 1));
            var flags = new byte[(containers.Length + 7) / 8];
            flags.AsSpan().Fill(0xFF);
            output.Write(flags);
        }
        else
        {
            output.Write(12346u);
            output.Write((uint)containers.Length);
        }
        foreach (var container in containers)
        {
            output.Write(container.Key);
            output.Write((ushort)(container.Count() - 1));
        }
        if (!runs || containers.Length >= 4)
            output.Write(new byte[4 * containers.Length]);
        foreach (var container in containers)
            WriteContainer(output, [.. container], runs);
    }

    private static void WriteContainer(BinaryWriter output, ushort[] values, bool runs)
    {
        if (runs)
        {
            var starts = values.Where((v, i) => i == 0 || values[i - 1] + 1 != v).ToArray();
            var ends = values.Where((v, i) => i == values.Length - 1 || values[i + 1] != v + 1).ToArray();
            output.Write((ushort)starts.Length);
            for (var i = 0; i < starts.Length; i++)
            {
                output.Write(starts[i]);
                output.Write((ushort)(ends[i] - starts[i]));
            }
        }
        else if (values.Length <= 4096)
            foreach (var value in values)
                output.Write(value);
        else
        {
            var bits = new byte[8192];
            foreach (var value in values)
                bits[value / 8] |= (byte)(1 << (value % 8));
            output.Write(bits);
        }
    }
}
