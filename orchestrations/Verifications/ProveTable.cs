using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>Reads a published table again and compares its digest with the one that was proven. A large one is divided instead, and judged when all its parts are read.</summary>
public sealed class ProveTable(MigrationSite site) : Activity<ProveTable, ProveTable.Input, ProveTable.Result>
{
    /// <param name="Tables">Where the list of tables lies.</param>
    /// <param name="Table">Its place in the list.</param>
    /// <param name="Divided">Where the <see cref="DividedTable"/> lies that an earlier call gave; null: none did.</param>
    /// <param name="Read">What its parts gave.</param>
    public sealed record Input(string Run, string Tables, int Table, string? Divided = null, DigestFiles.Result? Read = null);

    /// <param name="Proof">Where the <see cref="TableProof"/> lies; or the <see cref="DividedTable"/>, where there is more than one part to be read first.</param>
    public sealed record Result(string Proof, bool Holds, long Rows, ProofParts? Parts = null);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunFolder folder = site.Folder(input.Run);
        TableProof? proof;
        DividedTable? divided;
        if (input is { Divided: { } location, Read: { } read })
        {
            divided = await folder.Read<DividedTable>(location, context.Cancellation);
            proof = await DividedProof.Judge(site, divided, read.Digest, read.Problem, context.Cancellation);
        }
        else
        {
            TableIdentifier table = (await folder.Read<TableIdentifier[]>(input.Tables, context.Cancellation))[input.Table];
            (proof, divided) = await DividedProof.VerifyOrDivide(site, table, context.Cancellation);
        }

        return proof is null
            ? new(await folder.Write(folder.Fresh($"divided/{input.Table}"), divided!, context.Cancellation), false, 0, divided!.Parts)
            : new(await folder.Write(folder.Fresh($"proofs/{input.Table}"), proof, context.Cancellation), proof.Holds, proof.Rows);
    }
}
