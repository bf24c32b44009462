using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Cli.Runs;

/// <summary>The plan that a run would follow now. Nothing is locked, and nothing written.</summary>
internal static class PlanInspection
{
    /// <param name="warehouse">Where the run would go; null where that is open. What is there already may have made columns text.</param>
    public static async Task<MigrationPlan> MakeAsync(string source, Warehouse? warehouse, MigrationOptions options, CancellationToken cancellationToken)
    {
        Dictionary<(string, string), TableMetadata> known = warehouse is null ? [] : await KnownAsync(warehouse, cancellationToken);
        Database database;
        await using (SourceSession session = await SourceSession.Open(source, cancellationToken))
        {
            // One transaction, so that all catalog queries see the same state.
            await using NpgsqlTransaction transaction = await session.Connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
            database = await CatalogReader.Read(session.Connection, cancellationToken);
        }

        return Planner.Plan(database, options, (@namespace, table) => TableSchema.TextColumns(known.GetValueOrDefault((@namespace, table))?.CurrentSchema));
    }

    private static async Task<Dictionary<(string, string), TableMetadata>> KnownAsync(Warehouse warehouse, CancellationToken cancellationToken)
    {
        // A warehouse that does not exist yet knows nothing, and is not made by looking.
        if (!await StorageCatalog.Exists(warehouse.Io, warehouse.Root, cancellationToken))
            return [];

        StorageCatalog catalog = await StorageCatalog.Open(warehouse.Io, warehouse.Root, readOnly: true, cancellationToken);
        return (await catalog.LoadAll(cancellationToken)).ToDictionary(t => (t.Identifier.Namespace, t.Identifier.Name), t => t.Metadata);
    }
}
