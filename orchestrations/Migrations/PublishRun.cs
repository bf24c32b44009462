using Mammoth.Migration.Publishing;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Makes every staged table visible by one write of the catalog, and reports. Run twice, it publishes once.</summary>
public sealed class PublishRun(MigrationSite site) : Activity<PublishRun, PublishRun.Input, PublishRun.Result>
{
    /// <param name="Outcomes">Where the outcomes are recorded.</param>
    /// <param name="Publish">False: report only, a table failed and the run stops on errors.</param>
    public sealed record Input(string Run, string? Outcomes, bool Publish);

    /// <param name="Report">The report's location.</param>
    public sealed record Result(string Report, bool Succeeded, bool Published);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        await using RunClaim claim = await RunClaim.KeepDuring(site, input.Run, begins: false, context.Cancellation);
        Publication publication = await RunPublication.Publish(site, input.Run, input.Outcomes, input.Publish, context.Cancellation);
        return new(publication.Report, publication.Succeeded, publication.Published);
    }
}
