using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Drift;

/// <summary>What a migration that published found in the source, by its report.</summary>
/// <param name="Options">Which tables it was to choose.</param>
/// <param name="Tables">Those that it planned, by their names in the warehouse.</param>
/// <param name="LeftOut">What it could not copy, <c>schema.name</c>, and why.</param>
internal sealed record PublishedRun(DateTimeOffset Finished, MigrationOptions Options, IReadOnlySet<TableIdentifier> Tables, IReadOnlyDictionary<string, string> LeftOut)
{
    private readonly TableChoice _choice = new(Options);

    public static PublishedRun Of(MigrationOptions options, RunReport report) => new(
        report.Finished,
        options,
        report.Tables.Select(t => new TableIdentifier(t.Namespace, t.Name)).ToHashSet(),
        report.LeftOut.Where(l => l.Reason != Planner.NotChosen).GroupBy(l => l.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Reason, StringComparer.Ordinal));

    /// <summary>Whether it would have copied a table of this name, had there been one that it could copy.</summary>
    public bool Chose(QualifiedName table) => _choice.Has(table);
}
