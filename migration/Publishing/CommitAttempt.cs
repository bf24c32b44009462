using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;

namespace Mammoth.Migration.Publishing;

/// <summary>
/// That a run has tried to commit, on storage. A process that was killed, or got no answer, does not know whether it did: until that is decided nobody
/// may take the run's files for leftovers.
/// </summary>
internal static class CommitAttempt
{
    private const string FileName = "commit.json";

    /// <summary>Commits. Where the catalog refuses the very first attempt, nothing is open any more.</summary>
    public static async Task Commit(MigrationSite site, string run, IReadOnlyList<StagedCommit> commits, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        bool first = await Begin(folder, cancellation);
        await Failpoints.CommitAttempted.Pass();
        try
        {
            await site.Commit(commits, run, cancellation);
        }
        catch (CommitRejectedException) when (first)
        {
            await site.Io.Delete(folder.Fixed(FileName), CancellationToken.None);
            throw;
        }
    }

    /// <summary>Whether it was tried, and none of the tables shows that it took place.</summary>
    public static async Task<bool> IsUndecided(MigrationSite site, string run, IEnumerable<TableMetadata> tables, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        return await folder.Exists(folder.Fixed(FileName), cancellation)
            && !tables.Any(t => t.Snapshots.Any(s => s.Summary.GetValueOrDefault(SummaryKeys.Run) == run));
    }

    /// <returns>Whether there was no attempt before.</returns>
    private static async Task<bool> Begin(RunFolder folder, CancellationToken cancellation)
    {
        try
        {
            await folder.Write(folder.Fixed(FileName), new { attempted = DateTimeOffset.UtcNow }, cancellation);
            return true;
        }
        catch (PreconditionFailedException)
        {
            return false;
        }
    }
}
