using Mammoth.Migration.Drift;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Drift;

/// <summary>Compares a plan with the warehouse's tables, writes down how they differ, and warns of it in the log.</summary>
public sealed class CompareSchemas(MigrationSite site) : Activity<CompareSchemas, CompareSchemas.Input, CompareSchemas.Result>
{
    /// <param name="Plan">The plan's location.</param>
    public sealed record Input(string Run, string Plan);

    /// <param name="Location">Where the <see cref="SchemaDrift"/> lies.</param>
    public sealed record Result(string Location, int Changes);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunFolder folder = site.Folder(input.Run);
        RunEntry entry = await RunIndex.Find(site, input.Run, context.Cancellation) ?? throw new FileNotFoundException($"Run {input.Run} is not in the warehouse's list of runs.");
        MigrationPlan plan = await folder.Read<MigrationPlan>(input.Plan, context.Cancellation);
        SchemaDrift drift = await SchemaDrift.Find(site, plan, entry.Options, context.Cancellation);
        string location = await folder.Write(folder.Fresh("drift"), drift, context.Cancellation);
        foreach (string line in drift.Lines())
        {
            context.Logger.LogWarning("Schema drift of {Database}, run {Run}: {Line}", ShownName.OneLine(drift.Database), input.Run, line);
        }

        return new(location, drift.Changes.Count);
    }
}
