using Mammoth.Migration.Plans;

namespace Mammoth.Api.Runs;

/// <summary>Which published tables are read again.</summary>
public sealed record VerificationBody
{
    /// <summary>Patterns on <c>namespace.table</c>; empty: all.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    public IReadOnlyList<string>? Exclude { get; init; }

    /// <exception cref="Problems.ProblemException">A pattern is none.</exception>
    internal MigrationOptions ToOptions()
    {
        Patterns.Check("$.include", Include);
        Patterns.Check("$.exclude", Exclude);
        return new MigrationOptions { Include = Include ?? [], Exclude = Exclude ?? [] };
    }
}
