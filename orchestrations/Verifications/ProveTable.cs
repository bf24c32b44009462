using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>Reads a published table again and compares its digest with the one that was proven.</summary>
public sealed class ProveTable(MigrationSite site) : Activity<ProveTable, ProveTable.Input, ProveTable.Result>
{
    /// <param name="Tables">Where the list of tables lies.</param>
    /// <param name="Table">Its place in the list.</param>
    public sealed record Input(string Run, string Tables, int Table);

    /// <param name="Proof">Where the <see cref="TableProof"/> lies.</param>
    public sealed record Result(string Proof, bool Holds, long Rows);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunFolder folder = site.Folder(input.Run);
        TableIdentifier table = (await folder.Read<TableIdentifier[]>(input.Tables, context.Cancellation))[input.Table];
        TableProof proof = await PublishedProof.VerifyOne(site.Io, site.Catalog, table, context.Cancellation);
        return new(await folder.Write(folder.Fresh($"proofs/{input.Table}"), proof, context.Cancellation), proof.Holds, proof.Rows);
    }
}
