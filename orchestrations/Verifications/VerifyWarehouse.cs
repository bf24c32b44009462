using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>
/// Reads published tables again and compares them with what was proven when they were published. Continues as new every
/// <see cref="TablesPerTurn"/> tables.
/// </summary>
public sealed class VerifyWarehouse : LoopingOrchestration<VerifyWarehouse, VerifyWarehouse.Input, VerifyWarehouse.Result>
{
    private const int TablesPerTurn = 100;
    private const int Width = 2;

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

        var standing = new VerificationStanding(input.Count, input.Next, input.Differing, input.Rows);
        context.SetStatus(standing);
        TurnBudget budget = new(context, Width);
        int count = Math.Min(TablesPerTurn, input.Count - input.Next);
        IReadOnlyList<string?> proofs = await context.Window(
            [.. Enumerable.Range(input.Next, count)],
            Width,
            async table =>
            {
                if (budget.IsSpent)
                {
                    return null;
                }

                ProveTable.Result proven = await Prove(context, new(input.Run, input.Tables, table));
                standing = standing.With(proven.Rows, proven.Holds);
                context.SetStatus(standing);
                return proven.Proof;
            });
        // What was left for another turn is at the end: tables are begun in their order.
        string[] done = [.. proofs.OfType<string>()];
        string fold = await FoldProofs.Call(context, new(input.Run, done), Retries.Patient);
        Input next = input with { Next = input.Next + done.Length, Rows = standing.Rows, Differing = standing.Differing, Proofs = [.. input.Proofs, fold] };
        return next.Next < next.Count ? Again(next) : new Result(next.Proofs, next.Count, next.Differing);
    }

    private static async Task<ProveTable.Result> Prove(OrchestrationContext context, ProveTable.Input input)
    {
        ProveTable.Result proven = await ProveTable.Call(context, input, Retries.Patient);
        if (proven.Parts is null)
        {
            return proven;
        }

        DigestFiles.Result read = await SumDigests.Call(context, new(input.Run, ProofSubject.Published, proven.Proof, proven.Parts, Width));
        return await ProveTable.Call(context, input with { Divided = proven.Proof, Read = read }, Retries.Patient);
    }
}

/// <summary>Where a verification stands: the custom status of <see cref="VerifyWarehouse"/>.</summary>
/// <param name="Differing">Tables that do not hold what was published.</param>
/// <param name="Rows">Rows read.</param>
public sealed record VerificationStanding(int Tables, int Done, int Differing, long Rows)
{
    public VerificationStanding With(long rows, bool holds) => this with { Done = Done + 1, Differing = holds ? Differing : Differing + 1, Rows = Rows + rows };
}
