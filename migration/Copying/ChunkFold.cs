using Mammoth.Iceberg.Faults;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Copying;

/// <summary>The results of some chunks on storage, linked to those before: the history of a table stays short whatever its size.</summary>
public sealed record ChunkFold(string? Previous, IReadOnlyList<ChunkResult> Chunks)
{
    /// <returns>The fold's location.</returns>
    public static async Task<string> Write(MigrationSite site, string run, string? previous, IReadOnlyList<ChunkResult> chunks, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        string location = await folder.Write(folder.Fresh("chunks/fold"), new ChunkFold(previous, chunks), cancellation);
        await Failpoints.FoldWritten.Pass();
        return location;
    }

    /// <summary>All chunks up to the fold at <paramref name="location"/>, in order.</summary>
    public static async Task<IReadOnlyList<ChunkResult>> ReadAll(MigrationSite site, string run, string? location, CancellationToken cancellation) =>
        [.. (await site.Folder(run).ReadChain<ChunkFold>(location, f => f.Previous, cancellation)).SelectMany(f => f.Chunks).OrderBy(c => c.Chunk)];
}
