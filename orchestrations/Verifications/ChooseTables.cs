using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>Lists the published tables that the run's patterns choose.</summary>
public sealed class ChooseTables(MigrationSite site) : Activity<ChooseTables, ChooseTables.Input, ChooseTables.Result>
{
    public sealed record Input(string Run);

    /// <param name="Location">Where the list of <see cref="TableIdentifier"/> lies.</param>
    public sealed record Result(string Location, int Count);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunEntry entry = await RunIndex.Find(site, input.Run, context.Cancellation) ?? throw new FileNotFoundException($"Run {input.Run} is not in the warehouse's list of runs.");
        TableChoice choice = new(entry.Options);
        TableIdentifier[] chosen = [.. (await PublishedProof.Tables(site.Catalog, context.Cancellation)).Where(t => choice.Has(t.Namespace, t.Name))];
        RunFolder folder = site.Folder(input.Run);
        return new(await folder.Write(folder.Fresh("tables"), chosen, context.Cancellation), chosen.Length);
    }
}
