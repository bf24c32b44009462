using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Postgres.Copy;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>What is proven in parts.</summary>
public enum ProofSubject
{
    /// <summary>A <see cref="StagedTable"/>.</summary>
    Staged,

    /// <summary>A <see cref="DividedTable"/>.</summary>
    Published,
}

/// <summary>Reads one part of a table's data files and gives the digest of its rows.</summary>
public sealed class DigestFiles(MigrationSite site) : Activity<DigestFiles, DigestFiles.Input, DigestFiles.Result>
{
    /// <param name="Table">Where the record of the subject lies.</param>
    /// <param name="Bytes">What each part has at most.</param>
    public sealed record Input(string Run, ProofSubject Subject, string Table, int Part, long Bytes);

    /// <param name="Digest">Null where a published table's files can't be read.</param>
    /// <param name="Problem">Why not.</param>
    public sealed record Result(string? Digest, string? Problem);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunFolder folder = site.Folder(input.Run);
        if (input.Subject == ProofSubject.Staged)
        {
            StagedTable staged = await folder.Read<StagedTable>(input.Table, context.Cancellation);
            return new((await StagedProof.Digest(site, staged, (input.Part, input.Bytes), context.Cancellation)).ToString(), null);
        }

        DividedTable table = await folder.Read<DividedTable>(input.Table, context.Cancellation);
        (RowDigest? digest, string? problem) = await DividedProof.DigestPart(site, table, input.Part, context.Cancellation);
        return new(digest?.ToString(), problem);
    }
}
