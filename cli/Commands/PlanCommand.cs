using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Runs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth plan</c>: shows what a migration would do.</summary>
internal static class PlanCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string?> source = Source.Option();
        Option<string?> warehouse = WarehouseOption.Create();
        Option<OutputForm> output = Output.Option();
        RunOptions options = new();
        CommandWithExamples command = new(
            "plan", "Show what a migration would do: order, sizes, chunks, names, and what each type becomes. Copies nothing.",
            "mammoth plan --source postgres://me@localhost/shop",
            "mammoth plan --source postgres://me@localhost/shop --profile spark --include \"shop.*\" --verbose",
            "mammoth plan --source postgres://me@localhost/shop --config mammoth.json --output json")
        {
            source, warehouse,
        };
        options.AddPlanningTo(command);
        command.Options.Add(output);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string connection = Source.Of(parsed.GetValue(source));
            bool named = parsed.GetValue(warehouse) is not null || Environment.GetEnvironmentVariable(WarehouseOption.Variable) is { Length: > 0 };
            Warehouse? place = named ? WarehouseOption.Of(parsed.GetValue(warehouse)) : null;
            MigrationPlan plan = await PlanInspection.MakeAsync(connection, place, await options.OfAsync(parsed, cancellationToken), cancellationToken);
            if (parsed.GetValue(output) == OutputForm.Json)
                terminal.Raw.WriteLine(JsonSerializer.Serialize(plan, RunFolder.Json));
            else
                PlanView.Show(terminal.Out, plan, parsed.GetValue(Output.Verbose));

            return 0;
        });
        return command;
    }
}
