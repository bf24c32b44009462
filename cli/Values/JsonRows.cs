using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Cli.Values;

/// <summary>Rows as JSON, one object a line, so that any number of them can be read as they come.</summary>
internal sealed class JsonRows(TextWriter output, Schema schema) : IRowWriter
{
    public void Write(RecordBatch batch, int rows)
    {
        using MemoryStream line = new();
        for (int row = 0; row < rows; row++)
        {
            line.SetLength(0);
            using (Utf8JsonWriter writer = new(line, CellJson.Options))
            {
                writer.WriteStartObject();
                for (int column = 0; column < schema.Fields.Count; column++)
                {
                    writer.WritePropertyName(schema.Fields[column].Name);
                    CellJson.Write(writer, batch.Column(column), row, schema.Fields[column].Type);
                }

                writer.WriteEndObject();
            }

            output.WriteLine(Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length));
        }
    }

    public void End()
    {
    }
}
