using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mammoth.Cli.Rendering;

/// <summary>
/// A table, or where the terminal is too narrow for its columns, its rows one below the other. Spectre would squeeze columns to a single cell instead,
/// where nobody can read them, and where a letter of two cells (🦣, 象) makes it loop for ever.
/// </summary>
internal sealed class Fitted(Table table) : IRenderable
{
    /// <summary>Cells that a column can be squeezed to and still be read.</summary>
    private const int Readable = 12;

    /// <summary>A border and two blanks beside each column, and the last border.</summary>
    private const int Around = 3;

    public Measurement Measure(RenderOptions options, int maxWidth) => ((IRenderable)Choose(options, maxWidth)).Measure(options, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => ((IRenderable)Choose(options, maxWidth)).Render(options, maxWidth);

    private Renderable Choose(RenderOptions options, int maxWidth) =>
        table.Columns.Select((column, i) => Needed(column, i, options)).Sum() + 1 <= maxWidth ? table : Rows();

    private int Needed(TableColumn column, int index, RenderOptions options)
    {
        IEnumerable<Measurement> cells = table.Rows.Select(row => row[index]).Prepend(column.Header).Select(cell => cell.Measure(options, int.MaxValue / 2));
        return Around + (column.NoWrap ? cells.Max(c => c.Max) : Math.Min(Readable, cells.Max(c => c.Min)));
    }

    private Grid Rows()
    {
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(1)).AddColumn(new GridColumn().PadRight(0));
        foreach ((int at, TableRow row) in table.Rows.Index())
        {
            if (at > 0)
                grid.AddEmptyRow();

            foreach ((TableColumn column, IRenderable cell) in table.Columns.Zip(row))
                grid.AddRow(column.Header, cell);
        }

        return grid;
    }
}
