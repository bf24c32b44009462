using Mammoth.Api.Problems;
using Mammoth.Migration.Plans;

namespace Mammoth.Api.Runs;

/// <summary>Which published tables are brought back. Where to is the server's own to say.</summary>
public sealed record RehearsalBody
{
    /// <summary>Patterns on <c>namespace.table</c>; empty: all.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    public IReadOnlyList<string>? Exclude { get; init; }

    /// <summary>Bytes of files that are read at most; 10 GiB where it is left out. Tables that were rehearsed longest ago come first.</summary>
    public long? MaxBytes { get; init; }

    /// <exception cref="ProblemException">A pattern is none, or the bytes are.</exception>
    internal MigrationOptions ToOptions()
    {
        Patterns.Check("$.include", Include);
        Patterns.Check("$.exclude", Exclude);
        return MaxBytes < 1
            ? throw ProblemException.OfField("$.maxBytes", "The value is 1 or more.")
            : new MigrationOptions { Include = Include ?? [], Exclude = Exclude ?? [], MaxRehearsalBytes = MaxBytes };
    }
}
