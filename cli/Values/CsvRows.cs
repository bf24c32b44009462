using Apache.Arrow;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Cli.Values;

/// <summary>Rows as CSV (RFC 4180) with a header; null is nothing, the empty text is <c>""</c>.</summary>
internal sealed class CsvRows : IRowWriter
{
    private readonly TextWriter _output;
    private readonly Schema _schema;

    public CsvRows(TextWriter output, Schema schema)
    {
        (_output, _schema) = (output, schema);
        Line(schema.Fields.Select(f => f.Name));
    }

    public void Write(RecordBatch batch, int rows)
    {
        for (int row = 0; row < rows; row++)
            Line(_schema.Fields.Select((f, column) => CellText.Of(batch.Column(column), row, f.Type)));
    }

    public void End()
    {
    }

    private void Line(IEnumerable<string?> values)
    {
        _output.Write(string.Join(',', values.Select(Quote)));
        _output.Write("\r\n");
    }

    private static string Quote(string? value) => value switch
    {
        null => "",
        "" => "\"\"",
        _ => value.AsSpan().IndexOfAny(",\"\r\n") >= 0 || value[0] == ' ' || value[^1] == ' ' ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value,
    };
}
