using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Postgres.Copy;

namespace Mammoth.Orchestrations.Verifications;

/// <summary>
/// Reads a large table's data files in parts of some minutes, side by side, and sums their digests: a table whose files take longer than one activity may
/// would never be proven by one. Continues as new every <see cref="PartsPerTurn"/> parts.
/// </summary>
public sealed class SumDigests : LoopingOrchestration<SumDigests, SumDigests.Input, DigestFiles.Result>
{
    private const int PartsPerTurn = 100;

    /// <param name="Table">Where the record of the subject lies.</param>
    /// <param name="Width">Parts at a time.</param>
    public sealed record Input(string Run, ProofSubject Subject, string Table, ProofParts Parts, int Width)
    {
        /// <summary>The first part not read yet.</summary>
        public int Next { get; init; }

        /// <summary>The sum of those before.</summary>
        public string? Digest { get; init; }
    }

    public override async Task<Next<Input, DigestFiles.Result>> Run(OrchestrationContext context, Input input)
    {
        string? problem = null;
        TurnBudget budget = new(context, input.Width);
        IReadOnlyList<string?> digests = await context.Window(
            [.. Enumerable.Range(input.Next, Math.Min(PartsPerTurn, input.Parts.Count - input.Next))],
            input.Width,
            async part =>
            {
                if (problem is not null || budget.IsSpent)
                {
                    return null;
                }

                DigestFiles.Result read = await DigestFiles.Call(context, new(input.Run, input.Subject, input.Table, part, input.Parts.Bytes), Retries.Patient);
                problem ??= read.Problem;
                return read.Digest;
            });
        if (problem is not null)
        {
            return new DigestFiles.Result(null, problem);
        }

        // What was left for another turn is at the end: parts are begun in their order.
        string[] done = [.. digests.OfType<string>()];
        string sum = done.Aggregate(input.Digest is null ? RowDigest.Empty : RowDigest.Parse(input.Digest), (all, part) => all + RowDigest.Parse(part)).ToString();
        int next = input.Next + done.Length;
        return next < input.Parts.Count ? Again(input with { Next = next, Digest = sum }) : new DigestFiles.Result(sum, null);
    }
}
