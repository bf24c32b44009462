using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Cleaning;

/// <summary>Finds what may be deleted, and writes it down in parts.</summary>
public sealed class FindOrphans(MigrationSite site) : Activity<FindOrphans, FindOrphans.Input, FindOrphans.Result>
{
    /// <summary>Files of a part: what one step deletes in less than a minute.</summary>
    private const int PartFiles = 5_000;

    public sealed record Input(TimeSpan OlderThan);

    /// <param name="Location">What the location of each part begins with.</param>
    /// <param name="Kept">Unfinished runs whose files are left alone.</param>
    public sealed record Result(string Location, int Parts, long Files, long Bytes, int Kept);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        OrphanList orphans = await Orphans.Find(site.Io, site.Catalog, DateTimeOffset.UtcNow - input.OlderThan, context.Cancellation);
        string location = $"{site.Root.TrimEnd('/')}/_mammoth/cleaning/{Guid.CreateVersion7():N}";
        string[][] parts = [.. orphans.Files.Select(f => f.Location).Chunk(PartFiles)];
        for (int i = 0; i < parts.Length; i++)
        {
            await DeleteOrphans.Write(site.Io, location, i, parts[i], context.Cancellation);
        }

        long bytes = orphans.Files.Sum(f => f.Length);
        if (context.Logger.IsEnabled(LogLevel.Information))
        {
            context.Logger.LogInformation(
                "Cleaning: {Files} files, {Bytes} bytes, to which nothing refers, are deleted; those of {Kept} unfinished runs, and {Young} young ones, are kept.", orphans.Files.Count, bytes, orphans.Kept.Count, orphans.Young);
        }

        return new(location, parts.Length, orphans.Files.Count, bytes, orphans.Kept.Count);
    }
}
