using System.Text.RegularExpressions;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Publishing;

/// <summary>
/// What a run wrote of a table and then did not publish, since its rows had not changed or a table failed. The run is over and no commit
/// names these files: they would only cost space, a whole copy of the table with each run.
/// </summary>
internal static class Leftovers
{
    /// <summary>Deletes them. What can't be deleted is told and left.</summary>
    public static async Task Sweep(MigrationSite site, string run, TablePlan plan, CancellationToken cancellation)
    {
        string table = (await site.Load(plan.Namespace, plan.Name, cancellation))?.Location ?? await site.NewLocation(plan.Namespace, plan.Name, cancellation);
        string quarantine = await site.NewLocation(plan.Namespace, QuarantineRows.TableName(plan.Name), cancellation);
        await Delete(site, $"{table}/data/", run, cancellation);
        await Delete(site, $"{quarantine}/data/", run, cancellation);
    }

    /// <summary>Whether a data file's name is one that this run gave, and not one whose id only begins alike.</summary>
    internal static bool IsOf(string run, string name) =>
        Regex.IsMatch(name, $"^{Regex.Escape(run)}-[0-9]{{5,}}-[0-9a-f]{{32}}-[0-9]{{3,}}\\.parquet$", RegexOptions.CultureInvariant);

    private static async Task Delete(MigrationSite site, string folder, string run, CancellationToken cancellation)
    {
        string prefix = $"{folder}{run}-";
        try
        {
            await foreach (FileEntry file in site.Io.List(prefix, cancellation))
            {
                if (IsOf(run, file.Location[folder.Length..]))
                {
                    await site.Io.Delete(file.Location, cancellation);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Azure.RequestFailedException)
        {
            site.Progress.Report(new ProgressEvent.Warning($"Files that were not published could not be deleted ({prefix}*): {e.Message} Nothing refers to them."));
        }
    }
}
