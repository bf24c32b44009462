using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Tables;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Runs;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth tables list</c>.</summary>
internal static class TablesListCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string?> warehouse = WarehouseOption.Create();
        Option<OutputForm> output = Output.Option();
        CommandWithExamples command = new(
            "list", "List the tables of a warehouse.",
            "mammoth tables list --warehouse ./lake",
            "mammoth tables list --warehouse abfss://lake@account.dfs.core.windows.net/shop --output json")
        {
            warehouse, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (_, StorageCatalog catalog) = await WarehouseOption.OpenAsync(parsed.GetValue(warehouse), cancellationToken);
            IReadOnlyList<LoadedTable> tables = await catalog.LoadAll(cancellationToken);
            if (parsed.GetValue(output) == OutputForm.Json)
                terminal.Raw.WriteLine(JsonSerializer.Serialize(tables.Select(Facts), RunFolder.Json));
            else
                Show(terminal.Out, catalog, tables);

            return 0;
        });
        return command;
    }

    private static object Facts(LoadedTable table) => new
    {
        table.Identifier.Namespace,
        table.Identifier.Name,
        table.Location,
        table.MetadataLocation,
        table.Version,
        Snapshot = table.Metadata.CurrentSnapshotId,
        At = table.Metadata.CurrentSnapshot?.Time(),
        Rows = table.Metadata.CurrentSnapshot?.TotalRows(),
        Files = table.Metadata.CurrentSnapshot?.TotalFiles(),
        Bytes = table.Metadata.CurrentSnapshot?.TotalBytes(),
        Columns = table.Metadata.CurrentSchema.Fields.Count,
    };

    private static void Show(IAnsiConsole console, StorageCatalog catalog, IReadOnlyList<LoadedTable> tables)
    {
        Table view = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey35).AddColumn("Table")
            .AddColumn(new TableColumn("Rows").RightAligned()).AddColumn(new TableColumn("Files").RightAligned()).AddColumn(new TableColumn("Size").RightAligned())
            .AddColumn(new TableColumn("Columns").RightAligned()).AddColumn("Snapshot").AddColumn("At (UTC)");
        foreach (LoadedTable table in tables)
        {
            Iceberg.Metadata.Snapshot? current = table.Metadata.CurrentSnapshot;
            view.AddRow(
                Printable.Escape(table.Identifier.ToString()),
                current?.TotalRows() is { } rows ? Amount.Count(rows) : "–",
                current?.TotalFiles() is { } files ? Amount.Count(files) : "–",
                current?.TotalBytes() is { } bytes ? Amount.Bytes(bytes) : "–",
                Amount.Count(table.Metadata.CurrentSchema.Fields.Count),
                current is null ? "[dim]none yet[/]" : $"{current.SnapshotId}",
                current is null ? "" : $"{current.Time().UtcDateTime:yyyy-MM-dd HH:mm:ss}");
        }

        console.Write(new Fitted(view));
        console.MarkupLineInterpolated($"{Amount.Of(tables.Count, "table")} in {catalog.Root}");
    }
}
