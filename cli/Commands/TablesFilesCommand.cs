using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Tables;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Runs;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth tables files</c>.</summary>
internal static class TablesFilesCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = TableChoice.Argument();
        Option<string?> warehouse = WarehouseOption.Create();
        Option<OutputForm> output = Output.Option();
        SnapshotChoice choice = new();
        CommandWithExamples command = new(
            "files", "List a table's data and delete files.",
            "mammoth tables files shop.orders --warehouse ./lake",
            "mammoth tables files shop.orders --warehouse ./lake --timestamp 2026-03-01T12:00:00Z --output json")
        {
            name, warehouse, output,
        };
        choice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (Warehouse place, StorageCatalog catalog) = await WarehouseOption.OpenAsync(parsed.GetValue(warehouse), cancellationToken);
            LoadedTable table = await TableChoice.LoadAsync(catalog, parsed.GetRequiredValue(name), cancellationToken);
            List<DataFile> files = choice.Of(table, parsed) is { } snapshot ? await FilesAsync(place.Io, snapshot, cancellationToken) : [];
            if (parsed.GetValue(output) == OutputForm.Json)
                terminal.Raw.WriteLine(JsonSerializer.Serialize(files.Select(f => new { f.FilePath, f.Content, f.FileFormat, Rows = f.RecordCount, Bytes = f.FileSizeInBytes }), RunFolder.Json));
            else
                Show(terminal, table, files);

            return 0;
        });
        return command;
    }

    private static async Task<List<DataFile>> FilesAsync(IFileIO io, Snapshot snapshot, CancellationToken cancellationToken)
    {
        List<DataFile> files = [];
        foreach (ManifestFile manifest in (await ManifestList.Read(io, snapshot, cancellationToken)).Where(m => m.MayHaveLiveFiles))
        {
            await foreach (ManifestEntry entry in ManifestReader.Read(io, manifest, cancellationToken))
            {
                if (entry.IsLive)
                    files.Add(entry.File);
            }
        }

        return files;
    }

    private static void Show(Terminal terminal, LoadedTable table, List<DataFile> files)
    {
        Table view = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey35)
            .AddColumn(new TableColumn("File").NoWrap()).AddColumn("Holds").AddColumn(new TableColumn("Rows").RightAligned()).AddColumn(new TableColumn("Size").RightAligned());
        foreach (DataFile file in files)
        {
            string path = file.FilePath.StartsWith(table.Location, StringComparison.Ordinal) ? file.FilePath[(table.Location.Length + 1)..] : file.FilePath;
            view.AddRow(Printable.Escape(path), file.Content == FileContentKind.Data ? "data" : "deletes", Amount.Count(file.RecordCount), Amount.Bytes(file.FileSizeInBytes));
        }

        terminal.Out.Write(new Fitted(view));
        terminal.Out.MarkupLineInterpolated($"{files.Count} files, {Amount.Bytes(files.Sum(f => f.FileSizeInBytes))}, below {table.Location}");
    }
}
