using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Drift;

/// <summary>What differs between the source as it is and what the warehouse has of it.</summary>
/// <param name="Database">The database's name.</param>
/// <param name="Tables">How many tables were compared: those that the next run would copy.</param>
/// <param name="Changes">By table: what is about the table, then its columns, then its key.</param>
public sealed record SchemaDrift(string Database, int Tables, IReadOnlyList<SchemaChange> Changes)
{
    /// <summary>Lines that a log gets at most of one check.</summary>
    public const int MostLines = 50;

    /// <summary>Holds the plan that a run would follow now against the warehouse as it is. Only catalogs are read, and nothing is written.</summary>
    /// <param name="options">Those of such a run: what they leave out is no drift.</param>
    /// <exception cref="Errors.MammothException">The run would be refused for another reason than that the tables it is to choose are gone.</exception>
    public static async Task<SchemaDrift> Find(MigrationSite site, MigrationOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(options);

        // One reading of the catalog, so that what is planned and what it is held against are of one moment.
        IReadOnlyDictionary<(string Namespace, string Table), TableMetadata> known = await site.LoadAll(cancellation);
        HeldTable[] held = [.. known.Select(t => HeldTable.Of(new(t.Key.Namespace, t.Key.Table), t.Value)).OfType<HeldTable>()];

        // Which columns have large values is found in the rows, and it is no drift.
        MigrationPlan plan = await CurrentPlan.Make(
            site, known, options with { LargeValueBytes = 0 }, patience: null, cancellation, origin => held.Where(t => options.ReplaceSource || t.IsOf(origin)).Select(t => t.Source));
        await using PublishedRuns runs = PublishedRuns.Of(site, plan.Origin, cancellation);
        return await Between(plan, options, held, runs);
    }

    /// <summary>A line for each difference, up to <see cref="MostLines"/>, and one that says how many more there are.</summary>
    public IReadOnlyList<string> Lines() =>
    [
        .. Changes.Take(MostLines).Select(c => c.Summary),
        .. Changes.Count > MostLines ? [$"and {Changes.Count - MostLines} more differences"] : Array.Empty<string>(),
    ];

    internal static async Task<SchemaDrift> Between(MigrationPlan plan, MigrationOptions options, IReadOnlyList<HeldTable> held, PublishedRuns runs)
    {
        var comparison = new TableComparison(plan, options, held);
        List<SchemaChange> changes = [.. await comparison.Planned(runs), .. await comparison.Missing(runs)];
        return new(plan.Database, plan.Tables.Count, [.. changes.OrderBy(c => c.Schema, StringComparer.Ordinal).ThenBy(c => c.Table, StringComparer.Ordinal)]);
    }
}
