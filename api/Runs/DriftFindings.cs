using Mammoth.Migration.Drift;

namespace Mammoth.Api.Runs;

/// <summary>What a drift check found.</summary>
/// <param name="Tables">How many tables of the source were compared.</param>
/// <param name="Differences">By table; empty: the next migration finds what the warehouse has.</param>
public sealed record DriftFindings(int Tables, IReadOnlyList<DriftDifference> Differences)
{
    internal static DriftFindings Of(SchemaDrift drift) => new(drift.Tables, [.. drift.Changes.Select(c => new DriftDifference(c.Kind, c.Schema, c.Table, c.Column, c.From, c.To, c.Summary, c.Next))]);
}

/// <summary>One difference between the source and what the warehouse has of it.</summary>
/// <param name="Table">The table's name in the source; where it was renamed, the name it has now.</param>
/// <param name="Column">The column's, likewise; null where it is about the table.</param>
/// <param name="From">What it was: a name (a table's as SQL would write it), a type as SQL says it, <c>NULL</c> or <c>NOT NULL</c>, columns of a key, a reason; null where there was nothing.</param>
/// <param name="To">What it is now, likewise.</param>
/// <param name="Summary">The difference in one line.</param>
/// <param name="Next">What the next migration does about it.</param>
public sealed record DriftDifference(DriftKind Kind, string Schema, string Table, string? Column, string? From, string? To, string Summary, string Next);
