using Mammoth.Migration.Plans;

namespace Mammoth.Api.Runs;

/// <summary>Which tables of the source are held against the warehouse. What else a migration would be told, the server's configuration says.</summary>
public sealed record DriftBody
{
    /// <summary>Patterns on <c>schema.table</c>; empty: all. Left out: as the server was set up.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    public IReadOnlyList<string>? Exclude { get; init; }

    /// <summary>The migration that is meant may replace tables of the warehouse that came from another database. Left out: as the server was set up.</summary>
    public bool? ReplaceSource { get; init; }

    /// <exception cref="Problems.ProblemException">A pattern is none.</exception>
    internal MigrationOptions Over(MigrationOptions defaults)
    {
        Patterns.Check("$.include", Include);
        Patterns.Check("$.exclude", Exclude);
        return defaults with { Include = Include ?? defaults.Include, Exclude = Exclude ?? defaults.Exclude, ReplaceSource = ReplaceSource ?? defaults.ReplaceSource };
    }
}
