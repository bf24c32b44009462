using System.Text;
using System.Text.Json;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Report;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Postgres.Sessions;
using Spectre.Console;

namespace Mammoth.Cli.Runs;

/// <summary>What a run is asked to do.</summary>
/// <param name="Source">The source's connection string.</param>
/// <param name="RunId">The run to begin or go on with; null: the one that was left unfinished with the same options, else a new one.</param>
internal sealed record RunRequest(string Source, Warehouse Warehouse, MigrationOptions Options, string? RunId);

/// <summary>A run's report, and where its page lies; null where it could not be written, which was said.</summary>
internal sealed record RunResult(RunReport Report, string? Page);

/// <summary>Runs a migration in this process and shows how far it is.</summary>
internal static class MigrationRun
{
    /// <param name="silent">Show no progress, for somebody reads JSON; what a person should know now is said all the same, beside it.</param>
    /// <exception cref="MammothException">The run came to no report, or was stopped.</exception>
    public static async Task<RunResult> RunAsync(Terminal terminal, RunRequest request, bool silent, CancellationToken cancellationToken)
    {
        PlainProgress lines = new(terminal.Error, TimeSpan.FromSeconds(10));
        RunProgress progress = new(TimeProvider.System) { Changed = silent ? lines.ShowWarning : terminal.IsLive ? null : lines.Show };
        string state = StateFolder.For(request.Warehouse);
        StateFolder.Make(state);
        try
        {
            return await RunAsync(terminal, request, state, progress, silent, cancellationToken);
        }
        finally
        {
            StateFolder.DropIfEmpty(state);
        }
    }

    private static async Task<RunResult> RunAsync(Terminal terminal, RunRequest request, string state, RunProgress progress, bool silent, CancellationToken cancellationToken)
    {
        RunRecord record = Choose(state, request, out bool resumed);
        if (!resumed)
        {
            // What would be refused is refused before there is a warehouse, or a run in it. The run reads the source's catalog once more (a third of a second for a
            // thousand tables): by its snapshot alone it may go.
            await PlanInspection.MakeAsync(request.Source, request.Warehouse, request.Options, cancellationToken);
        }

        StorageCatalog catalog = await StorageCatalog.Open(request.Warehouse.Io, request.Warehouse.Root, readOnly: false, cancellationToken);
        foreach (string warning in catalog.Warnings)
            progress.Report(new ProgressEvent.Warning(warning));

        MigrationSite site = new(request.Source, request.Warehouse.Io, catalog, progress);
        LocalMigration migration = new(site, state);
        if (!silent)
            terminal.Error.WriteLine(resumed ? $"Going on with run {record.RunId}, begun {record.Started.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC." : $"Run {record.RunId}.");

        try
        {
            RunReport report = !silent && terminal.IsLive
                ? await LiveProgress.ShowAsync(terminal.Out, progress, () => migration.Run(record, cancellationToken), cancellationToken)
                : await migration.Run(record, cancellationToken);
            return new(report, await WritePageAsync(terminal, site, report, cancellationToken));
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new RunStoppedException(
                $"Run {record.RunId} was stopped.",
                $"Run the same command again, or give --run-id {record.RunId}: it goes on where it was.", e);
        }
    }

    /// <summary>The run to go on with, if one was left unfinished that was asked the very same.</summary>
    private static RunRecord Choose(string state, RunRequest request, out bool resumed)
    {
        string source = ConnectionText.Describe(ConnectionText.Parse(request.Source));
        IReadOnlyList<RunRecord> unfinished = LocalMigration.Unfinished(state, source);
        RunRecord? begun = request.RunId is { } id
            ? unfinished.FirstOrDefault(r => r.RunId == id)
            : unfinished.FirstOrDefault(r => Text(r.Options) == Text(request.Options));
        resumed = begun is not null;
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return begun ?? new RunRecord(request.RunId ?? RunRecord.NewId(now), request.Options, source, now);
    }

    private static string Text(MigrationOptions options) => JsonSerializer.Serialize(options, RunFolder.Json);

    private static async Task<string?> WritePageAsync(Terminal terminal, MigrationSite site, RunReport report, CancellationToken cancellationToken)
    {
        string location = site.Folder(report.RunId).Fixed("report.html");
        try
        {
            await site.Io.Write(location, Encoding.UTF8.GetBytes(HtmlReport.Write(report)), WriteCondition.IfAbsent, cancellationToken);
        }
        catch (PreconditionFailedException)
        {
            // The run had ended before, and its page was written then.
        }
        catch (StorageException e)
        {
            // The run is over, and its report is there: another run would not be its end.
            terminal.Error.MarkupLineInterpolated($"[yellow]The page of the run could not be written:[/] {e.Message}");
            return null;
        }

        return location;
    }
}
