using Apache.Arrow;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.LargeValues;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Cli.Values;

/// <summary>Brings the large values of rows back into a folder of this machine: a file each, of the value's bytes, named like its object, which the row names.</summary>
internal sealed class LargeValueFiles
{
    private readonly LargeValueScan _scan;

    private LargeValueFiles(string folder, LargeValueScan scan) => (Folder, _scan) = (folder, scan);

    public string Folder { get; }

    /// <summary>Files written.</summary>
    public int Count { get; private set; }

    public long Bytes { get; private set; }

    /// <exception cref="UsageException">None of the columns refers to large values.</exception>
    public static LargeValueFiles Into(DirectoryInfo folder, IFileIO io, LoadedTable table, Schema columns)
    {
        if (!LargeValueScan.References(columns).Any())
        {
            string[] all = [.. LargeValueScan.References(table.Metadata.CurrentSchema)];
            throw new UsageException(
                $"No column that is read refers to large values of {table.Identifier}.",
                all.Length == 0 ? "It has none: leave --large-to out." : $"Add {string.Join(", ", all)} to --columns.");
        }

        folder.Create();
        return new(folder.FullName, new(io, table.Metadata));
    }

    /// <summary>Writes those of the first <paramref name="rows"/> rows of a batch. A file that is there already is written anew: it may be the half of one.</summary>
    public async Task WriteAsync(RecordBatch batch, int rows, CancellationToken cancellationToken)
    {
        foreach (FoundLargeValue found in LargeValueScan.In(batch, rows))
        {
            await using Stream from = await _scan.Open(found.Value, cancellationToken);
            await using FileStream to = File.Create(Path.Combine(Folder, found.Value.Location[(found.Value.Location.LastIndexOf('/') + 1)..]));
            await from.CopyToAsync(to, cancellationToken);
            Count++;
            Bytes += found.Value.Bytes;
        }
    }
}
