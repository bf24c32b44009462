using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;

namespace Mammoth.Migration.LargeValues;

/// <summary>How much there is to read of each data file when its rows are proven: its own bytes, and the large values of its chunk.</summary>
internal sealed class FileWeights
{
    /// <summary>All large values of a chunk weigh upon its first file.</summary>
    private const string First = "-000.parquet";

    private readonly Dictionary<string, long> _byAttempt;

    private FileWeights(IEnumerable<LargeValueList> lists) => _byAttempt = lists.ToDictionary(l => l.Attempt, l => l.Bytes);

    /// <param name="large">The file that names the lists of large values; null: there are none.</param>
    public static async Task<FileWeights> Of(IFileIO io, string? large, CancellationToken cancellation) =>
        new(large is null ? [] : await SnapshotLargeValues.Lists(io, large, cancellation));

    /// <summary>Bytes to read of a file.</summary>
    public long this[DataFile file]
    {
        get
        {
            string name = file.FilePath[(file.FilePath.LastIndexOf('/') + 1)..];
            return file.FileSizeInBytes + (name.EndsWith(First, StringComparison.Ordinal) ? _byAttempt.GetValueOrDefault(name[..^First.Length]) : 0);
        }
    }
}
