using Mammoth.Migration.Publishing;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Deletes the files of a run that no snapshot names, when it is over.</summary>
public sealed class SweepRun(MigrationSite site) : Activity<SweepRun, SweepRun.Input, SweepRun.Result>
{
    public sealed record Input(string Run);

    /// <param name="Files">How many files were deleted.</param>
    /// <param name="Kept">Why none was, where that is so: a sentence.</param>
    public sealed record Result(int Files, string? Kept);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        (int files, string? kept) = await Leftovers.Sweep(site, input.Run, context.Cancellation);
        if (kept is null && await RunReports.Find(site, input.Run, context.Cancellation) is null)
        {
            // It failed or was cancelled: what could not be deleted now is found later.
            await EndedRun.Mark(site, input.Run, context.Cancellation);
        }

        return new(files, kept);
    }
}
