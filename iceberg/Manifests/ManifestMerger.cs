using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Manifests;

/// <summary>
/// Merges the small manifests of chunks into manifests of about 8 MB, ordered by lower bounds, so that a reader of a range opens few of them.
/// In memory are the compressed chunk manifests and one entry at a time.
/// </summary>
/// <param name="targetBytes">A merged manifest is closed once it is this long.</param>
public sealed class ManifestMerger(IFileIO io, Schema schema, PartitionSpec spec, long targetBytes = ManifestMerger.DefaultTargetBytes)
{
    public const long DefaultTargetBytes = 8 << 20;
    private const int ReadsInFlight = 8;

    /// <param name="manifests">Locations of the chunk manifests, all of whose files are added.</param>
    /// <param name="snapshotId">The snapshot that will add them.</param>
    /// <param name="nameOf">The location of the n-th merged manifest, from 0; must be new names.</param>
    public async Task<IReadOnlyList<ManifestFile>> Merge(
        IReadOnlyList<string> manifests,
        long snapshotId,
        Func<int, string> nameOf,
        CancellationToken cancellation)
    {
        var chunks = await ReadAll(manifests, cancellation);
        chunks.Sort(ByLowerBound);
        var merged = new List<ManifestFile>();
        ManifestWriter? writer = null;
        try
        {
            foreach (var entry in chunks.SelectMany(chunk => ManifestReader.Read(chunk.Content, chunk.Location)))
            {
                cancellation.ThrowIfCancellationRequested();
                if (entry.Status != ManifestStatus.Added)
                    throw new FormatException($"{entry.File.FilePath} is {entry.Status} in a chunk's manifest; chunks only add files.");
                writer ??= new(io, nameOf(merged.Count), schema, spec, snapshotId);
                writer.Add(entry.File);
                if (writer.Length < targetBytes)
                    continue;
                merged.Add(await writer.Complete(cancellation));
                await writer.DisposeAsync();
                writer = null;
            }
            if (writer is not null)
                merged.Add(await writer.Complete(cancellation));
        }
        finally
        {
            if (writer is not null)
                await writer.DisposeAsync();
        }
        return merged;
    }

    private async Task<List<Chunk>> ReadAll(IReadOnlyList<string> manifests, CancellationToken cancellation)
    {
        var chunks = new Chunk[manifests.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsInFlight, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, manifests.Count), options, async (i, token) =>
        {
            var content = await io.Read(manifests[i], token) ?? throw new FileNotFoundException($"The chunk's manifest {manifests[i]} is gone.", manifests[i]);
            chunks[i] = new(i, manifests[i], content.Bytes, manifests.Count > 1 ? LowestKey(content.Bytes, manifests[i]) : null);
        });
        return [.. chunks];
    }

    // The column that ranges are asked of most: the primary key's first, else the first with a plain type.
    private NestedField? KeyColumn => schema.Fields.FirstOrDefault(f => f.Id == schema.IdentifierFieldIds.FirstOrDefault(-1))
        ?? schema.Fields.FirstOrDefault(f => f.Type is PrimitiveType or DecimalType);

    private byte[]? LowestKey(ReadOnlyMemory<byte> content, string location)
    {
        if (KeyColumn is not { } key)
            return null;
        byte[]? lowest = null;
        foreach (var entry in ManifestReader.Read(content, location))
            if (entry.File.LowerBounds?.GetValueOrDefault(key.Id) is { } bound && (lowest is null || ValueOrder.Compare(key.Type, bound, lowest) < 0))
                lowest = bound;
        return lowest;
    }

    // Chunks without bounds (all null) come last; equal ones keep their order, so that the same chunks always make the same manifests.
    private int ByLowerBound(Chunk left, Chunk right)
    {
        var order = (left.Lowest, right.Lowest) switch
        {
            (null, null) => 0,
            (null, _) => 1,
            (_, null) => -1,
            var (a, b) => ValueOrder.Compare(KeyColumn!.Type, a, b),
        };
        return order != 0 ? order : left.Place.CompareTo(right.Place);
    }

    private sealed record Chunk(int Place, string Location, ReadOnlyMemory<byte> Content, byte[]? Lowest);
}
