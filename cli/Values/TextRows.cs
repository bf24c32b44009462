using Apache.Arrow;
using Mammoth.Cli.Rendering;
using Spectre.Console;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Cli.Values;

/// <summary>Rows as a table for people; long values are cut.</summary>
internal sealed class TextRows : IRowWriter
{
    private const int Longest = 80;

    private readonly IAnsiConsole _console;
    private readonly Schema _schema;
    private readonly Spectre.Console.Table _table = new Spectre.Console.Table().Border(TableBorder.Rounded).BorderColor(Color.Grey35);

    public TextRows(IAnsiConsole console, Schema schema)
    {
        (_console, _schema) = (console, schema);
        foreach (Iceberg.Schemas.NestedField field in schema.Fields)
            _table.AddColumn(new TableColumn(Printable.Escape(field.Name)));
    }

    public void Write(RecordBatch batch, int rows)
    {
        for (int row = 0; row < rows; row++)
            _table.AddRow(_schema.Fields.Select((f, column) => Cell(CellText.Of(batch.Column(column), row, f.Type))).ToArray());
    }

    public void End() => _console.Write(new Fitted(_table));

    private static string Cell(string? value)
    {
        if (value is null)
            return "[dim]null[/]";

        return Printable.Escape(value.Length > Longest ? $"{value.AsSpan(0, Cut(value))}…" : value);
    }

    /// <summary>Never between the two halves of a character.</summary>
    private static int Cut(string value) => char.IsHighSurrogate(value[Longest - 1]) ? Longest - 1 : Longest;
}
