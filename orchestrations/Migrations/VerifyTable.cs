using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// Proves a staged table: an independent count at the snapshot, and the digest of the files read back. Those of a large table were found before, by
/// <see cref="CountRows"/> and <see cref="Verifications.SumDigests"/>.
/// </summary>
public sealed class VerifyTable(MigrationSite site) : Activity<VerifyTable, VerifyTable.Input, string>
{
    /// <param name="Staged">Where the staged table lies.</param>
    /// <param name="Sums">What was found before; null: all is read here.</param>
    public sealed record Input(string Run, string Token, int Epoch, string Staged, ProofSums? Sums = null);

    public override Task<string> Run(ActivityContext context, Input input) =>
        StagedProof.Verify(site, input.Run, input.Token, input.Epoch, input.Staged, input.Sums, context.Cancellation);
}
