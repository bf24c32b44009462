using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Runs;
using Mammoth.Migration.Runs;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth migrate</c>: copies, proves and publishes.</summary>
internal static partial class MigrateCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string?> source = Source.Option();
        Option<string?> warehouse = WarehouseOption.Create();
        Option<OutputForm> output = Output.Option();
        Option<string?> runId = new("--run-id") { Description = "Go on with this run, or name a new one. Without it, a run left unfinished with the same options goes on.", HelpName = "id" };
        RunOptions options = new();
        CommandWithExamples command = new(
            "migrate", "Copy a database into Iceberg tables, verify every row, and publish all tables at one moment.",
            "mammoth migrate --source postgres://me@localhost/shop --warehouse ./lake",
            "mammoth migrate --source postgres://me@localhost/shop --warehouse ./lake --include \"shop.*\" --exclude \"*.log_*\"",
            "mammoth migrate --warehouse abfss://lake@account.dfs.core.windows.net/shop --config mammoth.json --on-error continue --output json")
        {
            source, warehouse,
        };
        options.AddPlanningTo(command).AddRunningTo(command);
        command.Options.Add(runId);
        command.Options.Add(output);
        runId.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } id && !SafeName().IsMatch(id))
                result.AddError("--run-id may have letters, digits, dots, dashes and underscores, 64 at most, and begins with a letter or digit: it is part of paths and of the tag.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            bool json = parsed.GetValue(output) == OutputForm.Json;
            RunRequest request = new(
                Source.Of(parsed.GetValue(source)), WarehouseOption.Of(parsed.GetValue(warehouse)), await options.OfAsync(parsed, cancellationToken), parsed.GetValue(runId));
            if (options.Remark is { } remark)
                terminal.Error.MarkupLineInterpolated($"[yellow]{remark}[/]");
            RunResult result = await MigrationRun.RunAsync(terminal, request, json, cancellationToken);
            if (json)
            {
                terminal.Raw.WriteLine(JsonSerializer.Serialize(result.Report, RunFolder.Json));
            }
            else
            {
                ReportView.Show(terminal.Out, result.Report);
                if (result.Page is { } page)
                    terminal.Out.MarkupLineInterpolated($"[dim]Report: {QueryHints.Local(page)}[/]");
            }

            return RunExit.Of(result.Report);
        });
        return command;
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    private static partial Regex SafeName();
}
