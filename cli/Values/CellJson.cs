using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Cli.Values;

/// <summary>
/// A value of a table as JSON: numbers as numbers, but decimals as strings (a reader's float would round them) and floats that JSON has no
/// number for as strings; dates, times and bytes as <see cref="CellText"/> has them; maps as lists of pairs, since their keys may be anything.
/// </summary>
internal static class CellJson
{
    /// <summary>Letters stay readable; the output is no HTML.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Utf8JsonWriter writer, IArrowArray array, int row, IcebergType type)
    {
        if (array.IsNull(row))
        {
            writer.WriteNullValue();
            return;
        }

        switch (array)
        {
            case BooleanArray a:
                writer.WriteBooleanValue(a.GetValue(row)!.Value);
                break;
            case Int32Array a:
                writer.WriteNumberValue(a.GetValue(row)!.Value);
                break;
            case Int64Array a:
                writer.WriteNumberValue(a.GetValue(row)!.Value);
                break;
            case FloatArray or DoubleArray when CellText.Of(array, row, type) == "-0":
                // As an integer, -0, most readers make it 0.
                writer.WriteRawValue("-0.0");
                break;
            case FloatArray a when float.IsFinite(a.GetValue(row)!.Value):
                writer.WriteNumberValue(a.GetValue(row)!.Value);
                break;
            case DoubleArray a when double.IsFinite(a.GetValue(row)!.Value):
                writer.WriteNumberValue(a.GetValue(row)!.Value);
                break;
            case MapArray a:
                Map(writer, a, row, (MapType)type);
                break;
            case ListArray a:
                List(writer, a, row, (ListType)type);
                break;
            case StructArray a:
                Struct(writer, a, row, (StructType)type);
                break;
            default:
                writer.WriteStringValue(CellText.Of(array, row, type));
                break;
        }
    }

    private static void List(Utf8JsonWriter writer, ListArray array, int row, ListType type)
    {
        writer.WriteStartArray();
        for (int i = array.ValueOffsets[row]; i < array.ValueOffsets[row + 1]; i++)
            Write(writer, array.Values, i, type.Element);

        writer.WriteEndArray();
    }

    private static void Map(Utf8JsonWriter writer, MapArray array, int row, MapType type)
    {
        writer.WriteStartArray();
        for (int i = array.ValueOffsets[row]; i < array.ValueOffsets[row + 1]; i++)
        {
            writer.WriteStartArray();
            Write(writer, array.Keys, i, type.Key);
            Write(writer, array.Values, i, type.Value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static void Struct(Utf8JsonWriter writer, StructArray array, int row, StructType type)
    {
        writer.WriteStartObject();
        for (int field = 0; field < type.Fields.Count; field++)
        {
            writer.WritePropertyName(type.Fields[field].Name);
            Write(writer, array.Fields[field], row, type.Fields[field].Type);
        }

        writer.WriteEndObject();
    }
}
