using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>Writes the proofs of a turn into one list.</summary>
public sealed class FoldProofs(MigrationSite site) : Activity<FoldProofs, FoldProofs.Input, string>
{
    /// <param name="Proofs">Where the proofs lie.</param>
    public sealed record Input(string Run, IReadOnlyList<string> Proofs);

    public override Task<string> Run(ActivityContext context, Input input) =>
        site.Folder(input.Run).Fold<TableProof>(input.Proofs, "proofs", context.Cancellation);
}
