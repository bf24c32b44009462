using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;

namespace Mammoth.Cli.Runs;

/// <summary>The plan that a run would follow now. Nothing is locked, and nothing written.</summary>
internal static class PlanInspection
{
    /// <param name="warehouse">Where the run would go; null where that is open. What is there already may have made columns text.</param>
    /// <exception cref="CatalogException">The run could not go there: the place holds somebody else's files.</exception>
    public static async Task<MigrationPlan> MakeAsync(string source, Warehouse? warehouse, MigrationOptions options, CancellationToken cancellationToken)
    {
        Dictionary<(string Namespace, string Table), TableMetadata> known = warehouse is null ? [] : await KnownAsync(warehouse, cancellationToken);
        return await CurrentPlan.Make(source, known, options, cancellationToken);
    }

    private static async Task<Dictionary<(string Namespace, string Table), TableMetadata>> KnownAsync(Warehouse warehouse, CancellationToken cancellationToken)
    {
        // A warehouse that does not exist yet knows nothing, and is not made by looking.
        if (!await StorageCatalog.ExistsOrMayBeMade(warehouse.Io, warehouse.Root, cancellationToken))
            return [];

        StorageCatalog catalog = await StorageCatalog.Open(warehouse.Io, warehouse.Root, readOnly: true, cancellationToken);
        return (await catalog.LoadAll(cancellationToken)).ToDictionary(t => (t.Identifier.Namespace, t.Identifier.Name), t => t.Metadata);
    }
}
