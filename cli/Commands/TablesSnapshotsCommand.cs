using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Tables;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Runs;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth tables snapshots</c>.</summary>
internal static class TablesSnapshotsCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = TableChoice.Argument();
        Option<string?> warehouse = WarehouseOption.Create();
        Option<OutputForm> output = Output.Option();
        CommandWithExamples command = new(
            "snapshots", "List a table's snapshots, with the tags and branches that name them.",
            "mammoth tables snapshots shop.orders --warehouse ./lake",
            "mammoth tables snapshots shop.orders --output json")
        {
            name, warehouse, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (_, StorageCatalog catalog) = await WarehouseOption.OpenAsync(parsed.GetValue(warehouse), cancellationToken);
            TableMetadata table = (await TableChoice.LoadAsync(catalog, parsed.GetRequiredValue(name), cancellationToken)).Metadata;
            if (parsed.GetValue(output) == OutputForm.Json)
            {
                terminal.Raw.WriteLine(JsonSerializer.Serialize(
                    table.Snapshots.Select(s => new { s.SnapshotId, s.ParentSnapshotId, At = s.Time(), s.Operation, Refs = Names(table, s), Current = s.SnapshotId == table.CurrentSnapshotId, s.Summary, s.ManifestList }),
                    RunFolder.Json));
            }
            else
            {
                Show(terminal.Out, table);
            }

            return 0;
        });
        return command;
    }

    private static void Show(IAnsiConsole console, TableMetadata table)
    {
        Table view = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey35)
            .AddColumn("Snapshot").AddColumn("At (UTC)").AddColumn("Operation").AddColumn(new TableColumn("Rows").RightAligned()).AddColumn(new TableColumn("Files").RightAligned()).AddColumn("Named");
        foreach (Snapshot snapshot in table.Snapshots.OrderByDescending(s => s.TimestampMs))
        {
            view.AddRow(
                $"{snapshot.SnapshotId}",
                $"{snapshot.Time().UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}",
                Printable.Escape(snapshot.Operation),
                snapshot.TotalRows() is { } rows ? Amount.Count(rows) : "–",
                snapshot.TotalFiles() is { } files ? Amount.Count(files) : "–",
                Printable.Escape(string.Join(", ", Names(table, snapshot))));
        }

        console.Write(new Fitted(view));
    }

    private static IEnumerable<string> Names(TableMetadata table, Snapshot snapshot) =>
        table.Refs.Where(r => r.Value.SnapshotId == snapshot.SnapshotId).Select(r => r.Key).Order(StringComparer.Ordinal);
}
