using System.Text.RegularExpressions;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Publishing;

namespace Mammoth.Migration.Cleaning;

/// <summary>
/// Files of tables that nothing refers to: of attempts that were killed, of runs that came to nothing, of other engines' commits that failed. Only what lies in
/// a table's folders <c>data</c> and <c>metadata</c>, metadata files the catalog never took, and files that killed processes left half-written, are looked at.
/// </summary>
public static partial class Orphans
{
    /// <summary>Younger files are left alone where nobody says otherwise: no commit takes as long.</summary>
    public static readonly TimeSpan SafeAge = TimeSpan.FromDays(3);

    /// <summary>Somebody who writes a file does not pause longer, whatever age is asked for.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromHours(1);

    /// <summary>Finds them. Nothing is written.</summary>
    /// <param name="before">Files written later are somebody's who may be at work.</param>
    public static async Task<OrphanList> Find(IFileIO io, StorageCatalog catalog, DateTimeOffset before, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(io);
        ArgumentNullException.ThrowIfNull(catalog);

        // The listings first: what is committed after them is in what is read after them, and whoever begins a file later is in neither.
        List<FileEntry> halves = await io.ListUnfinished($"{catalog.Root}/", cancellation).ToListAsync(cancellation);
        var files = new List<FileEntry>();
        await foreach (FileEntry file in io.List($"{catalog.Root}/", cancellation))
        {
            files.Add(file);
        }

        IReadOnlyList<string> unfinished = UnfinishedRuns.Of(catalog.Root, files);
        References referred = await References.Read(io, catalog, files, cancellation);
        var orphans = new List<FileEntry>();
        var kept = new Dictionary<string, UnfinishedFiles>(StringComparer.Ordinal);
        int young = 0;
        foreach (FileEntry file in files.Where(f => MayBeOrphan(f.Location[(catalog.Root.Length + 1)..]) && IsKnown(referred, f.Location) && !referred.Has(f.Location)))
        {
            if (UnfinishedRuns.Owner(unfinished, file.Location) is { } run)
            {
                Keep(run, file);
            }
            else if (file.Modified < before)
            {
                orphans.Add(file);
            }
            else
            {
                young++;
            }
        }

        foreach (FileEntry file in halves)
        {
            // Whose it is its name doesn't tell: while a run has not ended, it may be the run's own.
            if (unfinished.Count > 0)
            {
                Keep(unfinished[0], file);
            }
            else if (file.Modified < before && file.Modified < DateTimeOffset.UtcNow - Stall)
            {
                orphans.Add(file);
            }
            else
            {
                young++;
            }
        }

        return new(orphans, [.. kept.Values], young);

        void Keep(string run, FileEntry file)
        {
            UnfinishedFiles held = kept.GetValueOrDefault(run) ?? new(run, 0, 0);
            kept[run] = held with { Files = held.Files + 1, Bytes = held.Bytes + file.Length };
        }
    }

    /// <summary>Deletes what was found.</summary>
    public static Task Delete(IFileIO io, IEnumerable<string> files, CancellationToken cancellation) =>
        Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (file, token) => await io.Delete(file, token));

    /// <summary>Mirrors and hints are what readers without the catalog go by, whoever wrote them; run records are the user's.</summary>
    private static bool MayBeOrphan(string path) => path.StartsWith("_mammoth/", StringComparison.Ordinal)
        ? path.StartsWith("_mammoth/metadata/", StringComparison.Ordinal)
        : TableFile().IsMatch(path) && !path.EndsWith(".metadata.json", StringComparison.Ordinal) && !path.EndsWith("/version-hint.text", StringComparison.Ordinal);

    /// <summary>A file of a table or of the catalog, or one whose name only we give: what else lies under the root is somebody's.</summary>
    private static bool IsKnown(References referred, string location) =>
        location.Contains("/_mammoth/metadata/", StringComparison.Ordinal) || referred.IsOfTable(location) || Leftovers.RunOf(location[(location.LastIndexOf('/') + 1)..]) is not null;

    [GeneratedRegex("^[^/]+/[^/]+/(data|metadata)/", RegexOptions.CultureInvariant)]
    private static partial Regex TableFile();
}
