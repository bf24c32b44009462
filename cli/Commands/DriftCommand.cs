using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Errors;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Drift;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth drift</c>: what differs between the source and what the warehouse has of it.</summary>
internal static class DriftCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string?> source = Source.Option();
        Option<string?> warehouse = WarehouseOption.Create();
        Option<OutputForm> output = Output.Option();
        RunOptions options = new();
        CommandWithExamples command = new(
            "drift", "Show how the source's tables, columns, types and keys differ from what the warehouse has of them, and what the next migration does about it. Copies nothing. Exit code 1 where something differs.",
            "mammoth drift --source postgres://me@localhost/shop --warehouse ./lake",
            "mammoth drift --warehouse ./lake --include \"shop.*\" --config mammoth.json --output json")
        {
            source, warehouse,
        };
        options.AddComparingTo(command);
        command.Options.Add(output);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string connection = Source.Of(parsed.GetValue(source));
            (Warehouse place, StorageCatalog catalog) = await WarehouseOption.OpenAsync(parsed.GetValue(warehouse), cancellationToken);
            MigrationOptions asked = await options.OfAsync(parsed, cancellationToken);
            MigrationSite site = new(connection, place.Io, catalog, new RunProgress(TimeProvider.System));
            SchemaDrift drift = await SchemaDrift.Find(site, asked, cancellationToken);
            if (parsed.GetValue(output) == OutputForm.Json)
                terminal.Raw.WriteLine(JsonSerializer.Serialize(drift, RunFolder.Json));
            else
                DriftView.Show(terminal.Out, drift);

            return drift.Changes.Count == 0 ? ExitCodes.Done : ExitCodes.Differences;
        });
        return command;
    }
}
