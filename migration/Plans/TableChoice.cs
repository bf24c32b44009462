using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Plans;

/// <summary>The tables that --include and --exclude choose: those that a pattern of the one matches, or all where it has none, without those that a pattern of the other matches.</summary>
public sealed class TableChoice(IEnumerable<string> include, IEnumerable<string> exclude)
{
    private readonly NamePattern[] _exclude = [.. exclude.Select(p => new NamePattern(p))];

    public TableChoice(MigrationOptions options)
        : this(options.Include, options.Exclude)
    {
    }

    /// <summary>What is asked for; empty: everything.</summary>
    public IReadOnlyList<NamePattern> Include { get; } = [.. include.Select(p => new NamePattern(p))];

    public bool Has(QualifiedName table) => (Include.Count == 0 || Include.Any(p => p.Matches(table))) && !_exclude.Any(p => p.Matches(table));

    /// <summary>By what a table is called in the warehouse.</summary>
    /// <param name="schema">The namespace.</param>
    public bool Has(string schema, string table) => Has(new QualifiedName(schema, table));
}
