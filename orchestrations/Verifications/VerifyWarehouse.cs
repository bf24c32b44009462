using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>
/// Reads published tables again and compares them with what was proven when they were published. Continues as new after each turn of <see cref="CheckStanding"/>.
/// </summary>
public sealed class VerifyWarehouse : LoopingOrchestration<VerifyWarehouse, VerifyWarehouse.Input, VerifyWarehouse.Result>
{
    public sealed record Input(string Run)
    {
        /// <summary>Where the list of tables lies; null: it is not made yet.</summary>
        public string? Tables { get; init; }

        public int Count { get; init; }

        /// <summary>The first table not proven yet.</summary>
        public int Next { get; init; }

        public long Rows { get; init; }

        public int Differing { get; init; }

        /// <summary>Where the proofs of earlier turns lie.</summary>
        public IReadOnlyList<string> Proofs { get; init; } = [];
    }

    /// <param name="Proofs">Where the lists of <see cref="TableProof"/> lie.</param>
    public sealed record Result(IReadOnlyList<string> Proofs, int Tables, int Differing);

    public override async Task<Next<Input, Result>> Run(OrchestrationContext context, Input input)
    {
        if (input.Tables is null)
        {
            ChooseTables.Result chosen = await ChooseTables.Call(context, new(input.Run), Retries.Patient);
            return Again(input with { Tables = chosen.Location, Count = chosen.Count });
        }

        (CheckStanding standing, IReadOnlyList<string> proofs) = await new CheckStanding(input.Count, input.Next, input.Differing, input.Rows).Turn(context, async table =>
        {
            ProveTable.Result proven = await Prove(context, new(input.Run, input.Tables, table));
            return new(proven.Proof, proven.Rows, proven.Holds);
        });
        string fold = await FoldProofs.Call(context, new(input.Run, proofs), Retries.Patient);
        Input next = input with { Next = standing.Done, Rows = standing.Rows, Differing = standing.Differing, Proofs = [.. input.Proofs, fold] };
        return next.Next < next.Count ? Again(next) : new Result(next.Proofs, next.Count, next.Differing);
    }

    private static async Task<ProveTable.Result> Prove(OrchestrationContext context, ProveTable.Input input)
    {
        ProveTable.Result proven = await ProveTable.Call(context, input, Retries.Patient);
        if (proven.Parts is null)
        {
            return proven;
        }

        DigestFiles.Result read = await SumDigests.Call(context, new(input.Run, ProofSubject.Published, proven.Proof, proven.Parts, CheckStanding.Width));
        return await ProveTable.Call(context, input with { Divided = proven.Proof, Read = read }, Retries.Patient);
    }
}
