using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Tables;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Runs;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth tables schema</c>.</summary>
internal static class TablesSchemaCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = TableChoice.Argument();
        Option<string?> warehouse = WarehouseOption.Create();
        Option<OutputForm> output = Output.Option();
        SnapshotChoice choice = new();
        CommandWithExamples command = new(
            "schema", "Show a table's columns.",
            "mammoth tables schema shop.orders --warehouse ./lake",
            "mammoth tables schema shop.orders --warehouse ./lake --tag mammoth-run-7 --output json")
        {
            name, warehouse, output,
        };
        choice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (_, StorageCatalog catalog) = await WarehouseOption.OpenAsync(parsed.GetValue(warehouse), cancellationToken);
            LoadedTable table = await TableChoice.LoadAsync(catalog, parsed.GetRequiredValue(name), cancellationToken);
            Schema schema = choice.Of(table, parsed) is { } snapshot ? table.Metadata.SchemaOf(snapshot) : table.Metadata.CurrentSchema;
            if (parsed.GetValue(output) == OutputForm.Json)
                terminal.Raw.WriteLine(JsonSerializer.Serialize(schema.Fields.Select(f => new { f.Id, f.Name, Type = TypeText.Of(f.Type), f.Required, f.Doc, Identifier = schema.IdentifierFieldIds.Contains(f.Id) }), RunFolder.Json));
            else
                Show(terminal.Out, schema);

            return 0;
        });
        return command;
    }

    private static void Show(IAnsiConsole console, Schema schema)
    {
        Table view = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey35)
            .AddColumn(new TableColumn("Id").RightAligned()).AddColumn("Column").AddColumn("Type").AddColumn("Null").AddColumn("Comment");
        foreach (NestedField field in schema.Fields)
        {
            view.AddRow(
                $"{field.Id}",
                Printable.Escape(field.Name) + (schema.IdentifierFieldIds.Contains(field.Id) ? " [aqua]key[/]" : ""),
                Printable.Escape(TypeText.Of(field.Type)),
                field.Required ? "never" : "",
                Printable.Escape(field.Doc ?? ""));
        }

        console.Write(new Fitted(view));
    }
}
