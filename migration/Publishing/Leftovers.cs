using System.Text.RegularExpressions;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Copying;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Publishing;

/// <summary>
/// What a run wrote below its tables and no snapshot names: files of attempts that were killed, of tables that started again, and of all that was
/// not published in the end. They would only cost space, a whole copy of the table with each run. Their names carry the run's id: nobody else's are touched.
/// </summary>
public static partial class Leftovers
{
    private const int InFlight = 8;

    /// <summary>Deletes them, when the run is over. What can't be deleted is told and left.</summary>
    /// <returns>How many there were; and why none was deleted, where it is not known whether the run's commit took place.</returns>
    public static async Task<(int Files, string? Kept)> Sweep(MigrationSite site, string run, CancellationToken cancellation)
    {
        await Failpoints.RunSwept.Pass();
        IReadOnlyList<TableFolder> folders = await Folders(site, run, cancellation);
        Dictionary<string, TableMetadata> tables = (await site.Catalog.LoadAll(cancellation)).ToDictionary(t => t.Metadata.Location, t => t.Metadata);
        if (await CommitAttempt.IsUndecided(site, run, tables.Values, cancellation))
        {
            string kept = $"Whether the commit of run {run} took place is not known: all it wrote is kept. Its files begin with {run}- in the folders data and metadata of its tables.";
            await RunWarnings.Tell(site, run, kept);
            return (0, kept);
        }

        DateTimeOffset begun = (await RunRecord.Read(site, run, cancellation)).Started;
        int deleted = 0;
        await Parallel.ForEachAsync(
            folders,
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
            async (folder, token) => Interlocked.Add(ref deleted, await Sweep(site, run, folder, tables.GetValueOrDefault(folder.Location), begun, token)));
        return (deleted, null);
    }

    /// <summary>Whether a file's name is one that this run gave, and not one whose id only begins alike.</summary>
    internal static bool IsOf(string run, string name) => RunOf(name) == run;

    /// <summary>The run that gave a file its name; null where the name is not one that runs give.</summary>
    internal static string? RunOf(string name) => RunFile().Match(name) is { Success: true } match ? match.Groups["run"].Value : null;

    /// <summary>Where this run may have written: the folders of all tables it opened, and of the quarantine.</summary>
    private static async Task<IReadOnlyList<TableFolder>> Folders(MigrationSite site, string run, CancellationToken cancellation)
    {
        RunFolder records = site.Folder(run);
        var folders = new HashSet<TableFolder>();
        await foreach (FileEntry file in site.Io.List(records.Fixed("tables/"), cancellation))
        {
            OpenedTable opened = await records.Read<OpenedTable>(file.Location, cancellation);
            folders.Add(new(opened.TableLocation));
            folders.Add(new(opened.QuarantineLocation));
        }

        return [.. folders];
    }

    private static async Task<int> Sweep(MigrationSite site, string run, TableFolder folder, TableMetadata? table, DateTimeOffset begun, CancellationToken cancellation)
    {
        int deleted = 0;
        try
        {
            List<string> own = await Own(site.Io, run, folder, cancellation);
            if (own.Count == 0)
            {
                return 0;
            }

            HashSet<string> named = table is null ? [] : await Named(site.Io, table, begun, cancellation);
            foreach (string file in own.Where(f => !named.Contains(f)))
            {
                await site.Io.Delete(file, cancellation);
                deleted++;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CatalogException or Azure.RequestFailedException)
        {
            await RunWarnings.Tell(site, run, $"Files that no snapshot names could not be deleted ({folder.Location}, names with {run}): {e.Message}");
        }

        return deleted;
    }

    private static async Task<List<string>> Own(IFileIO io, string run, TableFolder folder, CancellationToken cancellation)
    {
        var own = new List<string>();
        foreach ((string place, string prefix) in new[] { (folder.Data, $"{run}-"), (folder.LargeValues, $"{run}-"), (folder.Metadata, $"{run}-"), (folder.Metadata, "snap-") })
        {
            await foreach (FileEntry file in io.List($"{place}{prefix}", cancellation))
            {
                if (IsOf(run, file.Location[place.Length..]))
                {
                    own.Add(file.Location);
                }
            }
        }

        return own;
    }

    /// <summary>All files that snapshots name which were made since the run began: no older one can name a file of the run.</summary>
    private static async Task<HashSet<string>> Named(IFileIO io, TableMetadata table, DateTimeOffset begun, CancellationToken cancellation)
    {
        // Clocks differ: an hour is more than enough.
        long since = begun.AddHours(-1).ToUnixTimeMilliseconds();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (Snapshot snapshot in table.Snapshots.Where(s => s.TimestampMs >= since))
        {
            if (snapshot.ManifestList is { } list)
            {
                named.Add(list);
            }

            await foreach (string file in SnapshotLargeValues.Files(io, snapshot, cancellation))
            {
                named.Add(file);
            }

            foreach (ManifestFile manifest in await ManifestList.Read(io, snapshot, cancellation))
            {
                if (!named.Add(manifest.Path))
                {
                    continue;
                }

                await foreach (ManifestEntry entry in ManifestReader.Read(io, manifest, cancellation))
                {
                    named.Add(entry.File.FilePath);
                }
            }
        }

        return named;
    }

    // What follows the id has no part of any length: the id is what stands before it, whatever it is made of.
    [GeneratedRegex(
        @"^(snap-[0-9]+-1-(?<run>.+)-[0-9a-f]{32}\.avro|(?<run>.+)-([0-9]{5,}-[0-9a-f]{32}(-[0-9]{3,}\.parquet|-[0-9]{5,}\.bin|\.json)|[0-9a-f]{32}(-large\.json|-[md][0-9]+\.avro)))$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex RunFile();

    private readonly record struct TableFolder(string Location)
    {
        public string Data => $"{Location}/data/";

        public string LargeValues => $"{Location}/data/_large/";

        public string Metadata => $"{Location}/metadata/";
    }
}
