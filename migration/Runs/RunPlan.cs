using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Connections;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Snapshots;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Dumps;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Runs;

/// <summary>A run's plan on storage: the whole for people, and a file for each table for the activities.</summary>
public static class RunPlan
{
    /// <summary>Inspects the source under a snapshot and writes the plan of the tables that are not done.</summary>
    /// <param name="recorded">Where the outcomes of earlier epochs are recorded, or null.</param>
    /// <returns>The plan's folder and how many tables it has.</returns>
    public static async Task<(string Folder, int Tables)> Make(MigrationSite site, string run, int epoch, string token, string? recorded, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        RunRecord record = await RunRecord.Read(site, run, cancellation);
        (IReadOnlyList<(TablePlan Plan, TableOutcome Outcome)> outcomes, string? before) = await RunOutcomes.Read(site, run, recorded, cancellation);
        HashSet<QualifiedName> done = [.. outcomes.Where(o => o.Outcome.IsFinal).Select(o => o.Plan.Source)];
        MigrationPlan whole = await Inspect(site, run, record.Options, token, cancellation);
        if (before is not null && (await ReadHead(site, run, before, cancellation)).Origin is var begun && !begun.IsSameAs(whole.Origin))
        {
            throw new OtherSourceException(
                $"Run {run} began with database {begun}; what is there now is {whole.Origin}: their tables would be mixed.",
                "Start a new run: it reads all tables of the database that is there now.");
        }

        MigrationPlan plan = whole with { Tables = [.. whole.Tables.Where(t => !done.Contains(t.Source)).Select((t, i) => t with { Index = i })] };
        string plans = folder.Fresh($"plans/{epoch}", "");
        await folder.Write($"{plans}/{Whole}", plan, cancellation);
        await folder.Write($"{plans}/{Head}", whole with { Tables = [] }, cancellation);
        await Parallel.ForEachAsync(
            plan.Tables,
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
            async (table, token) => await folder.Write(TableFile(plans, table.Index), table, token));

        await WriteSchema(site, run, epoch, token, plan.ServerVersion, cancellation);
        site.Progress.Report(new ProgressEvent.Planned(plan));
        return (plans, plan.Tables.Count);
    }

    /// <summary>What the tables alone don't tell (views, functions, triggers, grants …), as pg_dump writes it; where there is no pg_dump, not at all.</summary>
    private static async Task WriteSchema(MigrationSite site, string run, int epoch, string token, int serverVersion, CancellationToken cancellation)
    {
        try
        {
            if (await PgDump.Find(serverVersion, cancellation) is not { } dump)
            {
                return;
            }

            await SnapshotHolders.Take(
                site,
                run,
                token,
                async held =>
                {
                    await using OutputFile file = site.Io.Create(site.Folder(run).Fixed($"schema-{epoch}.sql"));
                    await dump.WriteSchema(site.Source, held, file.Stream, cancellation);
                    return await file.Complete(cancellation);
                },
                cancellation);
        }
        catch (PreconditionFailedException)
        {
            // An earlier attempt wrote it.
        }
        catch (SourceException e)
        {
            await RunWarnings.Tell(site, run, $"The schema was not written beside the tables: {e.Message}");
        }
    }

    /// <summary>A plan without its tables: what it is about, what it leaves out and why.</summary>
    public static Task<MigrationPlan> ReadHead(MigrationSite site, string run, string folder, CancellationToken cancellation) =>
        site.Folder(run).Read<MigrationPlan>($"{folder}/{Head}", cancellation);

    /// <summary>A plan with its tables.</summary>
    public static Task<MigrationPlan> Read(MigrationSite site, string run, string folder, CancellationToken cancellation) =>
        site.Folder(run).Read<MigrationPlan>($"{folder}/{Whole}", cancellation);

    /// <summary>Files written at a time: a store takes its time for each.</summary>
    private const int InFlight = 16;

    private const string Whole = "plan.json";
    private const string Head = "head.json";

    /// <summary>Where a plan's table lies.</summary>
    public static string TableFile(string folder, int table) => $"{folder}/{table:00000}.json";

    /// <summary>The plan a run with these options would follow, under a snapshot.</summary>
    private static async Task<MigrationPlan> Inspect(MigrationSite site, string run, MigrationOptions options, string token, CancellationToken cancellation)
    {
        Database database;
        await using (ConnectionPlace? place = site.Budget is null ? null : await site.Budget.Enter(cancellation))
        await using (SourceSession session = await site.Inspect(run, token, cancellation))
        {
            database = await LargeValueSearch.Mark(session.Connection, await CatalogReader.Read(session.Connection, cancellation), options, cancellation);
        }

        // The planner asks for each table; the warehouse is read once.
        IReadOnlyDictionary<(string, string), TableMetadata> known = await site.LoadAll(cancellation);
        MigrationPlan plan = Planner.Plan(database, options, (@namespace, table) => TableSchema.TextColumns(known.GetValueOrDefault((@namespace, table))?.CurrentSchema));
        return SourceOrigin.Check(plan, known, options);
    }
}
