using System.Globalization;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>Chooses the tables that a rehearsal brings back.</summary>
public sealed class ChooseRecovery(MigrationSite site) : Activity<ChooseRecovery, ChooseRecovery.Input, ChooseRecovery.Result>
{
    private const int MostNamed = 20;

    public sealed record Input(string Run);

    /// <param name="Plan">Where the <see cref="RecoveryPlan"/> lies.</param>
    public sealed record Result(string Plan, int Tables);

    /// <exception cref="Mammoth.Migration.Errors.MammothException">There is none.</exception>
    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunEntry entry = await RunIndex.Find(site, input.Run, context.Cancellation) ?? throw new FileNotFoundException($"Run {input.Run} is not in the warehouse's list of runs.");
        TableChoice choice = new(entry.Options);
        RecoveryPlan plan = await RecoveryChoice.Choose(site.Io, site.Catalog, t => choice.Has(t.Namespace, t.Name), entry.Options.MaxRehearsalBytes ?? RecoveryChoice.DefaultBytes, context.Cancellation);
        string[] tooLarge = [.. plan.LeftOut.Where(t => t.IsTooLarge).Select(t => t.Table)];
        if (tooLarge.Length > 0)
        {
            await RunWarnings.TellOnce(
                site,
                input.Run,
                string.Create(CultureInfo.InvariantCulture, $"{tooLarge.Length} of the chosen tables are larger than a rehearsal may read, and never rehearsed: {string.Join(", ", tooLarge.Take(MostNamed))}{(tooLarge.Length > MostNamed ? " …" : "")}."));
        }

        RunFolder folder = site.Folder(input.Run);
        return new(await folder.Write(folder.Fresh("recovery"), plan, context.Cancellation), plan.Tables.Count);
    }
}
