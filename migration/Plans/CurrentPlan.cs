using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Connections;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Plans;

/// <summary>The plan that a run would follow now. Nothing is locked, and nothing written.</summary>
public static class CurrentPlan
{
    /// <summary>On a host whose connections are bounded, with one of those.</summary>
    /// <param name="patience">How long to wait for a connection; null: as long as it takes.</param>
    /// <exception cref="TransientException">None was free for so long.</exception>
    public static async Task<MigrationPlan> Make(MigrationSite site, MigrationOptions options, TimeSpan? patience, CancellationToken cancellation) =>
        await Make(site, await site.LoadAll(cancellation), options, patience, cancellation);

    /// <param name="known">The warehouse's tables, of one reading of its catalog.</param>
    /// <param name="former">Tables that a pattern may be about though the source has none of them any more; null: those are mistakes.</param>
    /// <inheritdoc cref="Make(MigrationSite, MigrationOptions, TimeSpan?, CancellationToken)"/>
    internal static async Task<MigrationPlan> Make(
        MigrationSite site, IReadOnlyDictionary<(string Namespace, string Table), TableMetadata> known, MigrationOptions options, TimeSpan? patience, CancellationToken cancellation, Planner.FormerTables? former = null)
    {
        if (site.Budget is null)
        {
            return await Make(site.Source, known, options, former, cancellation);
        }

        await using ConnectionPlace place = await Enter(site.Budget, patience ?? Timeout.InfiniteTimeSpan, cancellation);
        using var planning = CancellationTokenSource.CreateLinkedTokenSource(cancellation, place.Lost);
        return await Make(site.Source, known, options, former, planning.Token);
    }

    /// <param name="source">The source's connection string.</param>
    /// <param name="known">The warehouse's tables: what is there already may have made columns text.</param>
    public static Task<MigrationPlan> Make(string source, IReadOnlyDictionary<(string Namespace, string Table), TableMetadata> known, MigrationOptions options, CancellationToken cancellation) =>
        Make(source, known, options, former: null, cancellation);

    private static async Task<MigrationPlan> Make(
        string source, IReadOnlyDictionary<(string Namespace, string Table), TableMetadata> known, MigrationOptions options, Planner.FormerTables? former, CancellationToken cancellation)
    {
        Database database;
        await using (SourceSession session = await SourceSession.Open(source, cancellation))
        {
            // One transaction, so that all catalog queries see the same state.
            await using NpgsqlTransaction transaction = await session.Connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
            database = await LargeValueSearch.Mark(session.Connection, await CatalogReader.Read(session.Connection, cancellation), options, cancellation);
        }

        MigrationPlan plan = Planner.Plan(database, options, (@namespace, table) => TableSchema.TextColumns(known.GetValueOrDefault((@namespace, table))?.CurrentSchema), former);
        return SourceOrigin.Check(plan, known, options);
    }

    private static async Task<ConnectionPlace> Enter(ConnectionBudget budget, TimeSpan patience, CancellationToken cancellation)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        waiting.CancelAfter(patience);
        try
        {
            return await budget.Enter(waiting.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException("All connections to the source that reads may hold are in use.", "Try again when fewer tables are being copied, or ask for a dry run, which waits its turn.", e);
        }
    }
}
