using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Cleaning;

/// <summary>Finds what may be deleted, and writes it down in parts.</summary>
public sealed class FindOrphans(MigrationSite site) : Activity<FindOrphans, FindOrphans.Input, FindOrphans.Result>
{
    public sealed record Input(TimeSpan OlderThan);

    /// <param name="Location">Where the parts lie (<see cref="OrphanParts"/>).</param>
    /// <param name="Kept">Unfinished runs whose files are left alone.</param>
    public sealed record Result(string Location, int Parts, long Files, long Bytes, int Kept);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        (string location, int parts, OrphanList orphans) = await OrphanParts.Find(site, input.OlderThan, context.Cancellation);
        long bytes = orphans.Files.Sum(f => f.Length);
        if (context.Logger.IsEnabled(LogLevel.Information))
        {
            context.Logger.LogInformation(
                "Cleaning: {Files} files, {Bytes} bytes, to which nothing refers, are deleted; those of {Kept} unfinished runs, and {Young} young ones, are kept.", orphans.Files.Count, bytes, orphans.Kept.Count, orphans.Young);
        }

        return new(location, parts, orphans.Files.Count, bytes, orphans.Kept.Count);
    }
}
