using Mammoth.Iceberg.Metadata;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Plans;

/// <summary>The plan that a run would follow now. Nothing is locked, and nothing written.</summary>
public static class CurrentPlan
{
    /// <param name="source">The source's connection string.</param>
    /// <param name="known">The warehouse's tables: what is there already may have made columns text.</param>
    public static async Task<MigrationPlan> Make(string source, IReadOnlyDictionary<(string Namespace, string Table), TableMetadata> known, MigrationOptions options, CancellationToken cancellation)
    {
        Database database;
        await using (SourceSession session = await SourceSession.Open(source, cancellation))
        {
            // One transaction, so that all catalog queries see the same state.
            await using NpgsqlTransaction transaction = await session.Connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
            database = await CatalogReader.Read(session.Connection, cancellation);
        }

        MigrationPlan plan = Planner.Plan(database, options, (@namespace, table) => TableSchema.TextColumns(known.GetValueOrDefault((@namespace, table))?.CurrentSchema));
        return SourceOrigin.Check(plan, known, options);
    }
}
