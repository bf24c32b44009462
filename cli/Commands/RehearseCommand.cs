using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Errors;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth rehearse</c>: brings published tables back into a PostgreSQL, and compares what came back with what was proven when they were published.</summary>
internal static class RehearseCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string?> warehouse = WarehouseOption.Create();
        Option<string?> into = new("--into")
        {
            Description = $"The PostgreSQL server to bring tables back into: a connection string or postgres://user@host/database of a role that may create databases. Else {RehearsalServer.Variable}; without either, a private server is started, as by `mammoth demo`.",
            HelpName = "connection",
        };
        Option<string[]> include = RunOptions.Include();
        include.Aliases.Add("--tables");
        Option<string[]> exclude = RunOptions.Exclude();
        Option<long?> maxBytes = new("--max-bytes")
        {
            Description = "Bytes of files that are read at most, such as 10GB: tables that were rehearsed longest ago come first, the others have their turn another time. Without it 10GB.",
            HelpName = "size",
            CustomParser = result =>
            {
                if (ByteSize.Parse(result.Tokens[0].Value, 1, long.MaxValue / 2) is { } bytes)
                    return bytes;
                result.AddError($"'{result.Tokens[0].Value}' is no size for --max-bytes: give it like 10GB.");
                return null;
            },
        };
        Option<bool> keep = new("--keep") { Description = "Leave the scratch database, to look into; it is yours to drop." };
        Option<string?> bin = DemoCommand.PostgresBin();
        Option<OutputForm> output = Output.Option();
        CommandWithExamples command = new(
            "rehearse", "Bring published tables back into a scratch database of a PostgreSQL server, and compare what is there then with what was proven against the source. Exit code 1 where one differs.",
            "mammoth rehearse --warehouse ./lake",
            "mammoth rehearse --warehouse ./lake --into \"Host=localhost;Username=rehearsal\" --include \"shop.*\" --max-bytes 2GB")
        {
            warehouse, into, include, exclude, maxBytes, keep, bin, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? target = parsed.GetValue(into) is { Length: > 0 } given ? given : Environment.GetEnvironmentVariable(RehearsalServer.Variable);
            bool kept = parsed.GetValue(keep);
            if (kept && target is not { Length: > 0 })
                throw new UsageException("--keep has no use with a private server, which ends with the command.", "Name a server with --into.");

            (Warehouse place, StorageCatalog catalog) = await WarehouseOption.OpenAsync(parsed.GetValue(warehouse), cancellationToken);
            TableChoice choice = new(parsed.GetValue(include) ?? [], parsed.GetValue(exclude) ?? []);
            RecoveryPlan plan = await RecoveryChoice.Choose(place.Io, catalog, t => choice.Has(t.Namespace, t.Name), parsed.GetValue(maxBytes) ?? RecoveryChoice.DefaultBytes, cancellationToken);
            bool json = parsed.GetValue(output) == OutputForm.Json;
            await using PrivateServer? own = target is { Length: > 0 } ? null : await PrivateServer.StartAsync(terminal, parsed.GetValue(bin), silent: json, cancellationToken);
            RecoverySite site = new(place.Io, catalog, new RehearsalServer(own?.Connection ?? Source.Parse(target!)));
            return await RunAsync(terminal, site, plan, kept, json, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, RecoverySite site, RecoveryPlan plan, bool keep, bool json, CancellationToken cancellationToken)
    {
        string run = RunRecord.NewId(DateTimeOffset.UtcNow);
        List<TableRehearsal> results = [];
        PreparedDatabase? database = null;
        try
        {
            database = await PreparedDatabase.Make(site, run, plan, keep, cancellationToken);
            foreach (LeftDatabase left in database.Left)
                terminal.Error.MarkupLineInterpolated($"[yellow]Left over:[/] {left.ToString()}");
            if (!json)
                terminal.Error.MarkupLineInterpolated($"Bringing {Amount.Of(plan.Tables.Count, "table")} ({Amount.Bytes(plan.Bytes)} of files) back into {site.Server.Describe(database.Name)}.");

            for (int i = 0; i < plan.Tables.Count; i++)
            {
                results.Add(await RecoverAsync(site, plan, database, i, keep, cancellationToken));
                if (!json)
                    terminal.Error.MarkupLineInterpolated($"{i + 1}/{plan.Tables.Count} {results[^1].Table}: {RehearsalView.Verdict(results[^1])}, {Amount.Of(results[^1].Rows, "row")} in {Amount.Time(TimeSpan.FromSeconds(results[^1].Seconds))}");
            }
        }
        finally
        {
            // Whatever happened, also where somebody has pressed Ctrl-C.
            if (!keep)
                await DropAsync(terminal, site, run);
            else if (database is not null)
                terminal.Error.MarkupLineInterpolated($"Kept: {site.Server.Describe(database.Name)}. It is yours to drop.");
            await RememberAsync(terminal, site, plan.Tables.Take(results.Count));
        }

        int differing = results.Count(r => !r.Holds);
        if (json)
            terminal.Raw.WriteLine(JsonSerializer.Serialize(new { Holds = differing == 0, Database = keep ? database.Name : null, Tables = results, plan.LeftOut }, RunFolder.Json));
        else
            RehearsalView.Show(terminal.Out, plan, results);

        return differing == 0 ? ExitCodes.Done : ExitCodes.Differences;
    }

    private static async Task<TableRehearsal> RecoverAsync(RecoverySite site, RecoveryPlan plan, PreparedDatabase database, int table, bool keep, CancellationToken cancellationToken)
    {
        try
        {
            return await TableRecovery.Run(site, plan, database, table, keep, cancellationToken);
        }
        catch (TableRecoveryException e)
        {
            // Where the server itself is gone, the next table finds out.
            return TableRecovery.GivenUp(plan, table, e.Message);
        }
    }

    /// <summary>Of the tables that have ended, so that others have their turn also after a rehearsal that did not get to its end.</summary>
    private static async Task RememberAsync(Terminal terminal, RecoverySite site, IEnumerable<RecoveryTable> ended)
    {
        try
        {
            await RehearsalTimes.Record(site.Io, site.Root, ended.Select(t => t.Table), CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or Azure.RequestFailedException)
        {
            terminal.Error.MarkupLineInterpolated($"[yellow]When the tables were rehearsed could not be remembered:[/] {e.Message}");
        }
    }

    /// <summary>What can't be dropped is said, and no result of the rehearsal.</summary>
    private static async Task DropAsync(Terminal terminal, RecoverySite site, string run)
    {
        try
        {
            foreach (LeftDatabase left in (await ScratchDatabase.DropOf(site.Server, run, CancellationToken.None)).Left)
                terminal.Error.MarkupLineInterpolated($"[yellow]Left over:[/] {left.ToString()}");
        }
        catch (RehearsalServerException e)
        {
            terminal.Error.MarkupLineInterpolated($"[yellow]The scratch database could not be dropped:[/] {e.Message} A rehearsal that comes more than a day later tries again.");
        }
    }
}
