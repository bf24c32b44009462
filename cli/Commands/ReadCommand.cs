using System.CommandLine;
using System.Globalization;
using Apache.Arrow;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Tables;
using Mammoth.Cli.Values;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.Errors;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth read</c>: prints a table's rows.</summary>
internal static class ReadCommand
{
    private const int RowsForPeople = 20;

    /// <summary>How rows are printed.</summary>
    internal enum RowForm
    {
        Text,
        Csv,
        Json,
    }

    public static Command Create(Terminal terminal)
    {
        Argument<string> name = TableChoice.Argument();
        Option<string?> warehouse = WarehouseOption.Create();
        Option<string[]> columns = new("--columns") { Description = "Only these columns, in this order.", HelpName = "column", AllowMultipleArgumentsPerToken = true };
        Option<int?> limit = new("--limit", "-n") { Description = $"At most so many rows; text shows {RowsForPeople} where nothing is said.", HelpName = "rows" };
        Option<RowForm> output = WordOption.Create<RowForm>("--output", "text for people; csv, or json (one object a line) for machines.", "-o");
        Option<DirectoryInfo?> largeTo = new("--large-to") { Description = "Also write the large values of the printed rows, which are objects of their own, into this folder: a file each, named like its object.", HelpName = "folder" };
        SnapshotChoice choice = new();
        CommandWithExamples command = new(
            "read", "Print rows of a table, as of now, a snapshot, a time or a tag.",
            "mammoth read shop.orders --warehouse ./lake",
            "mammoth read shop.orders --warehouse ./lake --tag mammoth-run-7 --columns id total --output csv > orders.csv",
            "mammoth read shop.orders --warehouse ./lake --timestamp 2026-03-01T12:00:00Z --limit 5 --output json",
            "mammoth read shop.attachments --warehouse ./lake --large-to ./attachments")
        {
            name, warehouse, columns, limit, output, largeTo,
        };
        choice.AddTo(command);
        limit.Validators.Add(result =>
        {
            // Asking for the value would throw where it is no number.
            if (!int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int number) || number < 0)
                result.AddError("--limit is a number, 0 or more.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (Warehouse place, StorageCatalog catalog) = await WarehouseOption.OpenAsync(parsed.GetValue(warehouse), cancellationToken);
            LoadedTable table = await TableChoice.LoadAsync(catalog, parsed.GetRequiredValue(name), cancellationToken);
            Snapshot? snapshot = choice.Of(table, parsed);
            TableScan scan = Scan(place.Io, table, snapshot, parsed.GetValue(columns));
            RowForm form = parsed.GetValue(output);
            IRowWriter rows = form switch
            {
                RowForm.Csv => new CsvRows(terminal.Raw, scan.Schema),
                RowForm.Json => new JsonRows(terminal.Raw, scan.Schema),
                _ => new TextRows(terminal.Out, scan.Schema),
            };
            long wanted = parsed.GetValue(limit) ?? (form == RowForm.Text ? RowsForPeople : long.MaxValue);
            LargeValueFiles? large = parsed.GetValue(largeTo) is { } folder ? LargeValueFiles.Into(folder, place.Io, table, scan.Schema) : null;
            long printed = await PrintAsync(scan, rows, large, wanted, cancellationToken);
            if (form == RowForm.Text)
                terminal.Out.MarkupLineInterpolated($"[dim]{Amount.Count(printed)} of {(snapshot?.TotalRows() is { } total ? Amount.Count(total) : "?")} rows of {table.Identifier}[/]");
            if (large is not null)
                terminal.Error.MarkupLineInterpolated($"[dim]{Amount.Of(large.Count, "large value")}, {Amount.Bytes(large.Bytes)}, in {large.Folder}[/]");

            return 0;
        });
        return command;
    }

    private static TableScan Scan(IFileIO io, LoadedTable table, Snapshot? snapshot, string[]? columns)
    {
        string[]? wanted = columns is { Length: > 0 } ? columns : null;
        Iceberg.Schemas.Schema schema = snapshot is null ? table.Metadata.CurrentSchema : table.Metadata.SchemaOf(snapshot);
        if (wanted?.FirstOrDefault(c => schema.Fields.All(f => f.Name != c)) is { } unknown)
            throw new UsageException($"{table.Identifier} has no column {unknown}.", $"It has {string.Join(", ", schema.Fields.Select(f => f.Name))}.");

        return new TableScan(io, table.Metadata, new ScanOptions { SnapshotId = snapshot?.SnapshotId, Columns = wanted });
    }

    private static async Task<long> PrintAsync(TableScan scan, IRowWriter rows, LargeValueFiles? large, long wanted, CancellationToken cancellationToken)
    {
        long printed = 0;
        if (wanted > 0)
        {
            await foreach (RecordBatch batch in scan.Read(cancellationToken))
            {
                using (batch)
                {
                    int count = (int)Math.Min(batch.Length, wanted - printed);
                    rows.Write(batch, count);
                    if (large is not null)
                        await large.WriteAsync(batch, count, cancellationToken);

                    printed += count;
                }

                if (printed == wanted)
                    break;
            }
        }

        rows.End();
        return printed;
    }
}
