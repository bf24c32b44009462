using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>Writes the proofs of a turn into one list.</summary>
public sealed class FoldProofs(MigrationSite site) : Activity<FoldProofs, FoldProofs.Input, string>
{
    /// <param name="Proofs">Where the proofs lie.</param>
    public sealed record Input(string Run, IReadOnlyList<string> Proofs);

    public override async Task<string> Run(ActivityContext context, Input input)
    {
        RunFolder folder = site.Folder(input.Run);
        var proofs = new List<TableProof>();
        foreach (string proof in input.Proofs)
        {
            proofs.Add(await folder.Read<TableProof>(proof, context.Cancellation));
        }

        return await folder.Write(folder.Fresh("proofs"), proofs, context.Cancellation);
    }
}
