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
        await foreach (var entry in Read(io, manifest.Path, cancellation))
        {
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
        var content = await io.Read(location, cancellation) ?? throw new FileNotFoundException($"The manifest {location} is gone.", location);
        foreach (var entry in Read(content.Bytes, location))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    internal static IEnumerable<ManifestEntry> Read(ReadOnlyMemory<byte> content, string location)
    {
        using var input = new AvroInput(content, location);
        var decoding = new EntryDecoding(input.Layout);
        foreach (var record in input.Records())
            yield return decoding.Entry(record);
    }

    private static FormatException Missing(ManifestFile manifest, ManifestEntry entry) =>
        new($"{manifest.Path}: the {entry.Status} file {entry.File.FilePath} has no sequence number.");
}
