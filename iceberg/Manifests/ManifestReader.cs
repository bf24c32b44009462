using System.Runtime.CompilerServices;
using Mammoth.Iceberg.IO;

namespace Mammoth.Iceberg.Manifests;

/// <summary>Reads manifests of format versions 1 to 3. The compressed file is in memory, its entries one at a time.</summary>
public static class ManifestReader
{
    /// <summary>The entries of a manifest of a manifest list, with what they inherit from it (Iceberg spec, "Sequence Number Inheritance").</summary>
    /// <exception cref="FileNotFoundException">The manifest is gone.</exception>
    public static async IAsyncEnumerable<ManifestEntry> Read(IFileIO io, ManifestFile manifest, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var nextRowId = manifest.FirstRowId;
        var content = await io.Read(manifest.Path, cancellation) ?? throw Gone(manifest.Path);
        // Cut at the end of a block it would look whole, with fewer files.
        if (content.Bytes.Length < manifest.Length)
            throw new FormatException($"{manifest.Path} is damaged: it has {content.Bytes.Length} bytes, and {manifest.Length} by its manifest list.");
        foreach (var entry in Read(content.Bytes, manifest.Path))
        {
            cancellation.ThrowIfCancellationRequested();
            // Only an added file inherits, except from manifests of version 1, where all numbers are 0.
            var inherits = entry.Status == ManifestStatus.Added || manifest.SequenceNumber == 0;
            var file = entry.File;
            if (nextRowId is { } rowId && file is { FirstRowId: null, Content: FileContentKind.Data } && entry.IsLive)
            {
                file = file with { FirstRowId = rowId };
                nextRowId = rowId + file.RecordCount;
            }
            yield return entry with
            {
                SnapshotId = entry.SnapshotId ?? manifest.AddedSnapshotId,
                SequenceNumber = entry.SequenceNumber ?? (inherits ? manifest.SequenceNumber : throw Missing(manifest, entry)),
                FileSequenceNumber = entry.FileSequenceNumber ?? (inherits ? manifest.SequenceNumber : throw Missing(manifest, entry)),
                File = file,
            };
        }
    }

    /// <summary>The entries of a manifest as they are stored: nothing inherited.</summary>
    /// <exception cref="FileNotFoundException">There is no such manifest.</exception>
    public static async IAsyncEnumerable<ManifestEntry> Read(IFileIO io, string location, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var content = await io.Read(location, cancellation) ?? throw Gone(location);
        foreach (var entry in Read(content.Bytes, location))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    internal static IEnumerable<ManifestEntry> Read(ReadOnlyMemory<byte> content, string location)
    {
        var input = new AvroInput(content, location);
        return input.Records(input.Made(() => new EntryDecoding(input.Layout)).Entry);
    }

    private static FileNotFoundException Gone(string location) => new($"The manifest {location} is gone.", location);

    private static FormatException Missing(ManifestFile manifest, ManifestEntry entry) =>
        new($"{manifest.Path}: the {entry.Status} file {entry.File.FilePath} has no sequence number.");
}
