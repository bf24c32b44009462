using System.CommandLine;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Report;
using Mammoth.Cli.Runs;
using Mammoth.Cli.Sample;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Postgres.Cluster;
using Mammoth.Postgres.Sessions;
using Npgsql;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth demo</c>: the main job, with nothing to configure.</summary>
internal static class DemoCommand
{
    private const string Folder = "mammoth-demo";

    public static Command Create(Terminal terminal)
    {
        Option<string?> source = new("--source", "-s") { Description = Source.Option().Description, HelpName = "connection" };
        Option<string?> warehouse = WarehouseOption.Create();
        warehouse.Description = $"Where the tables lie: a place as `mammoth migrate` takes it. Else the folder {Folder}; {WarehouseOption.Variable} is not asked, for it may name a warehouse in use.";
        Option<SampleSize> size = SampleCommand.Size();
        Option<long> seed = SampleCommand.Seed();
        Option<string?> bin = PostgresBin();
        Option<bool> replaceSource = RunOptions.ReplaceSource();
        CommandWithExamples command = new(
            "demo", "Start a private PostgreSQL, fill it with the sample, migrate it into a local folder, prove it, and show how to query it.",
            "mammoth demo",
            "mammoth demo --size medium --warehouse /data/demo")
        {
            source, warehouse, size, seed, bin, replaceSource,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            // Not from the environment: the sample must never be published into a warehouse that somebody uses.
            string? named = parsed.GetValue(warehouse);
            Warehouse place = Warehouse.Open(named is { Length: > 0 } ? named : Path.GetFullPath(Folder));

            // Each demo's database is a new one. What lies in its own folder is an earlier demo's; elsewhere it may be anybody's.
            MigrationOptions options = new() { ReplaceSource = parsed.GetValue(replaceSource) || named is not { Length: > 0 } };
            string? given = parsed.GetValue(source) ?? Environment.GetEnvironmentVariable(Source.Variable);
            await using Lent server = await ServerAsync(terminal, given, parsed.GetValue(bin), cancellationToken);
            return await RunAsync(terminal, server.ConnectionString, server.Own is not null, place, options, parsed.GetValue(size), parsed.GetValue(seed), cancellationToken);
        });
        return command;
    }

    internal static Option<string?> PostgresBin() => new("--postgres-bin") { Description = "The bin folder of a PostgreSQL server to start, where it should not be searched for.", HelpName = "folder" };

    private static async Task<int> RunAsync(Terminal terminal, string server, bool own, Warehouse place, MigrationOptions options, SampleSize size, long seed, CancellationToken cancellationToken)
    {
        // On somebody's server the name must be nobody's.
        string database = own ? "shop" : $"mammoth_demo_{Guid.NewGuid():N}"[..24];
        // Making and dropping a database wait for the disk, on a busy server for longer than Npgsql's half minute.
        string admin = new NpgsqlConnectionStringBuilder(server) { Pooling = false, CommandTimeout = StatementLimit.Seconds(StatementLimit.Short) }.ConnectionString;
        string source = new NpgsqlConnectionStringBuilder(server) { Database = database, Pooling = false }.ConnectionString;
        await ExecuteAsync(admin, $"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'", cancellationToken);
        try
        {
            Step(terminal, 2, $"Filling it with the sample ({size.ToString().ToLowerInvariant()}, seed {seed})");
            SampleSummary sample = await SampleCommand.LoadAsync(terminal, source, size, seed, replace: false, silent: false, cancellationToken);
            Detail(terminal, $"{Amount.Of(sample.Tables, "table")}, {Amount.Count(sample.Rows)} rows, {Amount.Bytes(sample.DatabaseBytes)}");
            foreach (string sentence in sample.LeftOut)
                Detail(terminal, sentence);

            Step(terminal, 3, "Planning");
            MigrationPlan plan = await PlanInspection.MakeAsync(source, place, options, cancellationToken);
            Detail(terminal, $"{Amount.Of(plan.Tables.Count, "table")} in {plan.Tables.Select(t => t.Batch).Distinct().Count()} batches by foreign keys, {Amount.Of(plan.Cycles.Count, "circle")} of foreign keys, {Amount.Of(plan.Tables.Sum(t => t.Columns.Count(c => c.Note is not null)), "column")} carried as exact text");

            Step(terminal, 4, $"Copying, verifying and publishing into {place.LocalPath ?? place.Root}");
            RunResult result = await MigrationRun.RunAsync(terminal, new(source, place, options, null), silent: false, cancellationToken);
            terminal.Out.WriteLine();
            ReportView.Show(terminal.Out, result.Report);
            terminal.Out.WriteLine();
            terminal.Out.Write(new Rule("[bold]Query it[/]").LeftJustified().RuleStyle("grey35"));
            ReportView.ShowQueries(terminal.Out, result.Report);
            terminal.Out.WriteLine();
            terminal.Out.MarkupLineInterpolated($"[bold]Look in with mammoth:[/] mammoth tables list --warehouse {QueryHints.Local(place.Root)}");
            terminal.Out.MarkupLineInterpolated($"[bold]The report:[/] {await PageAsync(place, result, cancellationToken)}");
            return RunExit.Of(result.Report);
        }
        catch (RunStoppedException e)
        {
            // Its source goes with it: there is nothing to resume.
            throw new RunStoppedException("The demo was stopped.", "Run it again; it begins anew.", e);
        }
        finally
        {
            await ExecuteAsync(admin, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)", CancellationToken.None);
        }
    }

    /// <summary>The report again where a person looks first: at the top of a local warehouse.</summary>
    private static async Task<string?> PageAsync(Warehouse place, RunResult result, CancellationToken cancellationToken)
    {
        if (place.LocalPath is not { } folder)
            return result.Page;

        string page = Path.Combine(folder, "report.html");
        await File.WriteAllTextAsync(page, HtmlReport.Write(result.Report), cancellationToken);
        return page;
    }

    private static async Task<Lent> ServerAsync(Terminal terminal, string? given, string? bin, CancellationToken cancellationToken)
    {
        if (given is { Length: > 0 })
        {
            string connection = Source.Parse(given);
            Step(terminal, 1, $"Using the PostgreSQL server of {Source.Describe(connection)}");
            return new(connection, null);
        }

        Step(terminal, 1, "Starting a private PostgreSQL");
        PrivateCluster cluster = await PrivateCluster.StartAsync(
            new() { BinDirectory = bin, NodeModules = Path.Combine(Environment.CurrentDirectory, "node_modules") }, cancellationToken);
        Detail(terminal, $"PostgreSQL {cluster.Version} from {cluster.Origin}, on 127.0.0.1:{cluster.Port}; it ends with this command");
        return new(cluster.ConnectionString, cluster);
    }

    private static void Step(Terminal terminal, int number, string text) => terminal.Out.MarkupLineInterpolated($"[aqua bold]{number}/4[/] [bold]{text}[/]");

    private static void Detail(Terminal terminal, string text) => terminal.Out.MarkupLineInterpolated($"    [dim]{text}[/]");

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A server to use, and to end afterwards where it is our own.</summary>
    private sealed record Lent(string ConnectionString, PrivateCluster? Own) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Own?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
