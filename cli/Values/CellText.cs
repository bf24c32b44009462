using System.Globalization;
using System.Text;
using Apache.Arrow;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Cli.Values;

/// <summary>A value of a table as text: ISO 8601 for dates and times, hex for bytes, JSON-like for what is nested.</summary>
internal static class CellText
{
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    /// <summary>The value at <paramref name="row"/>, or null.</summary>
    public static string? Of(IArrowArray array, int row, IcebergType type)
    {
        if (array.IsNull(row))
            return null;

        return array switch
        {
            BooleanArray a => a.GetValue(row)!.Value ? "true" : "false",
            Int32Array a => Text(a.GetValue(row)!.Value),
            Int64Array a => Text(a.GetValue(row)!.Value),
            FloatArray a => a.GetValue(row)!.Value.ToString("R", CultureInfo.InvariantCulture),
            DoubleArray a => a.GetValue(row)!.Value.ToString("R", CultureInfo.InvariantCulture),
            Decimal128Array a => a.GetString(row),
            Date32Array a => Date(a.GetValue(row)!.Value),
            Time64Array a => Time(a.GetValue(row)!.Value),
            TimestampArray a => Timestamp(a.GetValue(row)!.Value, utc: ((Apache.Arrow.Types.TimestampType)a.Data.DataType).Timezone is not null),
            StringArray a => a.GetString(row),
            Apache.Arrow.Arrays.FixedSizeBinaryArray a when type is PrimitiveType { Kind: PrimitiveKind.Uuid } => new Guid(a.GetBytes(row), bigEndian: true).ToString(),
            Apache.Arrow.Arrays.FixedSizeBinaryArray a => Convert.ToHexStringLower(a.GetBytes(row)),
            BinaryArray a => Convert.ToHexStringLower(a.GetBytes(row)),
            MapArray or ListArray or StructArray => Nested(array, row, type),
            _ => throw new NotSupportedException($"Values of the Arrow type {array.Data.DataType.Name} can't be printed."),
        };
    }

    private static string Nested(IArrowArray array, int row, IcebergType type)
    {
        using MemoryStream stream = new();
        using (System.Text.Json.Utf8JsonWriter writer = new(stream, CellJson.Options))
            CellJson.Write(writer, array, row, type);

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Date(int days) => days >= DateOnly.MinValue.DayNumber - Epoch.DayNumber && days <= DateOnly.MaxValue.DayNumber - Epoch.DayNumber
        ? Epoch.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : $"{Text(days)} days after 1970-01-01";

    private static string Time(long micros) => new TimeOnly(micros * TimeSpan.TicksPerMicrosecond).ToString(micros % 1_000_000 == 0 ? "HH:mm:ss" : "HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Timestamp(long micros, bool utc)
    {
        long low = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        long high = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return micros < low || micros > high
            ? $"{Text(micros)} microseconds after 1970-01-01"
            : DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).ToString(micros % 1_000_000 == 0 ? "yyyy-MM-ddTHH:mm:ss" : "yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture) + (utc ? "Z" : "");
    }
}
