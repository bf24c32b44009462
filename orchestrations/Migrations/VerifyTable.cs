using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Proves a staged table: an independent count at the snapshot, and the digest of the files read back.</summary>
public sealed class VerifyTable(MigrationSite site) : Activity<VerifyTable, VerifyTable.Input, string>
{
    /// <param name="Staged">Where the staged table lies.</param>
    public sealed record Input(string Run, string Token, int Epoch, string Staged);

    public override Task<string> Run(ActivityContext context, Input input) =>
        StagedProof.Verify(site, input.Run, input.Token, input.Epoch, input.Staged, context.Cancellation);
}
