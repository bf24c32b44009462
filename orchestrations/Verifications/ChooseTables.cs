using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Postgres.Catalog;

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
        NamePattern[] include = [.. entry.Options.Include.Select(p => new NamePattern(p))];
        NamePattern[] exclude = [.. entry.Options.Exclude.Select(p => new NamePattern(p))];
        TableIdentifier[] chosen = [.. (await PublishedProof.Tables(site.Catalog, context.Cancellation)).Where(Chosen)];
        RunFolder folder = site.Folder(input.Run);
        return new(await folder.Write(folder.Fresh("tables"), chosen, context.Cancellation), chosen.Length);

        bool Chosen(TableIdentifier table)
        {
            QualifiedName name = new(table.Namespace, table.Name);
            return (include.Length == 0 || include.Any(p => p.Matches(name))) && !exclude.Any(p => p.Matches(name));
        }
    }
}
