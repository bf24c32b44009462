using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>Writes the results of a turn into one list.</summary>
public sealed class FoldRehearsals(MigrationSite site) : Activity<FoldRehearsals, FoldRehearsals.Input, string>
{
    /// <param name="Rehearsals">Where the results lie.</param>
    public sealed record Input(string Run, IReadOnlyList<string> Rehearsals);

    public override async Task<string> Run(ActivityContext context, Input input)
    {
        RunFolder folder = site.Folder(input.Run);
        var results = new List<TableRehearsal>();
        foreach (string rehearsal in input.Rehearsals)
        {
            results.Add(await folder.Read<TableRehearsal>(rehearsal, context.Cancellation));
        }

        return await folder.Write(folder.Fresh("rehearsals"), results, context.Cancellation);
    }
}
