using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Cleaning;

/// <summary>What was found to be nobody's, written down in parts, each of which one step deletes.</summary>
/// <param name="Location">What the location of each part begins with.</param>
public sealed record OrphanParts(string Location, int Parts, OrphanList Orphans)
{
    /// <summary>Files of a part: what is deleted in less than a minute.</summary>
    private const int PartFiles = 5_000;

    /// <summary>Finds files that were written longer ago, and writes them down.</summary>
    public static async Task<OrphanParts> Find(MigrationSite site, TimeSpan olderThan, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        OrphanList orphans = await Cleaning.Orphans.Find(site.Io, site.Catalog, DateTimeOffset.UtcNow - olderThan, cancellation);
        string location = $"{site.Root.TrimEnd('/')}/_mammoth/cleaning/{Guid.CreateVersion7():N}";
        string[][] parts = [.. orphans.Files.Select(f => f.Location).Chunk(PartFiles)];
        for (int i = 0; i < parts.Length; i++)
        {
            await Write(site.Io, location, i, parts[i], cancellation);
        }

        return new(location, parts.Length, orphans);
    }

    /// <summary>Deletes the files of a part, and then what names them. Again is as good as once.</summary>
    public static async Task Delete(MigrationSite site, string location, int part, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        if (await site.Io.Read(Part(location, part), cancellation) is { } content)
        {
            await Cleaning.Orphans.Delete(site.Io, JsonSerializer.Deserialize<string[]>(content.Bytes.Span) ?? [], cancellation);
            await site.Io.Delete(Part(location, part), cancellation);
        }
    }

    internal static Task Write(IFileIO io, string location, int part, string[] files, CancellationToken cancellation) =>
        io.Write(Part(location, part), JsonSerializer.SerializeToUtf8Bytes(files), WriteCondition.IfAbsent, cancellation);

    private static string Part(string location, int part) => $"{location}-{part}.json";
}
