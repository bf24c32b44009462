using Mammoth.Migration.Drift;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Drift;

/// <summary>Inspects the source as it is now, compares it with the warehouse's tables, and writes down how they differ.</summary>
public sealed class CompareSchemas(MigrationSite site) : Activity<CompareSchemas, CompareSchemas.Input, CompareSchemas.Result>
{
    public sealed record Input(string Run);

    /// <param name="Location">Where the <see cref="SchemaDrift"/> lies.</param>
    public sealed record Result(string Location, int Tables, int Changes);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunEntry entry = await RunIndex.Find(site, input.Run, context.Cancellation) ?? throw new FileNotFoundException($"Run {input.Run} is not in the warehouse's list of runs.");
        SchemaDrift drift = await SchemaDrift.Find(site, entry.Options, context.Cancellation);
        RunFolder folder = site.Folder(input.Run);
        return new(await folder.Write(folder.Fresh("drift"), drift, context.Cancellation), drift.Tables, drift.Changes.Count);
    }
}
