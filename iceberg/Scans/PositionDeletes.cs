using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Schemas;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Iceberg.Scans;

/// <summary>Position-delete files (Iceberg spec, "Position Delete Files"): data file and position of each deleted row.</summary>
internal static class PositionDeletes
{
    /// <summary>The columns of such files, with their reserved ids.</summary>
    public static Schema Columns { get; } = new(0,
    [
        new(2147483546, "file_path", true, PrimitiveType.String),
        new(2147483545, "pos", true, PrimitiveType.Long),
    ], []);

    /// <summary>The rows of a data file that any of these files delete.</summary>
    public static async Task<DeletedRows> Read(IFileIO io, string dataFile, IEnumerable<DataFile> deletes, CancellationToken cancellation)
    {
        var reader = new DataFileReader(io, Columns);
        var path = Encoding.UTF8.GetBytes(dataFile);
        var positions = new List<long>();
        foreach (var delete in deletes)
            await foreach (var batch in reader.Read(delete.FilePath, cancellation))
                using (batch)
                    Gather(batch, path, positions);
        return new DeletedRows(positions);
    }

    private static void Gather(RecordBatch batch, ReadOnlySpan<byte> path, List<long> positions)
    {
        var (paths, rows) = (batch.Column(0).Data, batch.Column(1).Data);
        var offsets = MemoryMarshal.Cast<byte, int>(paths.Buffers[1].Span)[paths.Offset..];
        var text = paths.Buffers[2].Span;
        var values = MemoryMarshal.Cast<byte, long>(rows.Buffers[1].Span)[rows.Offset..];
        for (var i = 0; i < batch.Length; i++)
            if (text[offsets[i]..offsets[i + 1]].SequenceEqual(path))
                positions.Add(values[i]);
    }
}
