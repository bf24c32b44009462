using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Scans;

/// <summary>Default values as JSON (Iceberg spec, Appendix D, "JSON single-value serialization"), to values as <see cref="SingleValue"/> has them.</summary>
internal static class DefaultValue
{
    private const long TicksPerMicro = TimeSpan.TicksPerMicrosecond;

    /// <exception cref="FormatException">The JSON is no value of the type.</exception>
    public static object? Parse(IcebergType type, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var value = document.RootElement;
            return value.ValueKind == JsonValueKind.Null ? null : Parse(type, value);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new FormatException($"The default {json} is no value of type {type}.", e);
        }
    }

    private static object Parse(IcebergType type, JsonElement value) => type switch
    {
        DecimalType d => Unscaled(value.GetString()!, d.Scale),
        FixedType f => System.Convert.FromHexString(value.GetString()!) is var bytes && bytes.Length == f.Length ? bytes : throw new FormatException(),
        PrimitiveType p => p.Kind switch
        {
            PrimitiveKind.Boolean => value.GetBoolean(),
            PrimitiveKind.Int => value.GetInt32(),
            PrimitiveKind.Long => value.GetInt64(),
            PrimitiveKind.Float => value.GetSingle(),
            PrimitiveKind.Double => value.GetDouble(),
            PrimitiveKind.Date => DateOnly.ParseExact(value.GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
            PrimitiveKind.Time => TimeOnly.Parse(value.GetString()!, CultureInfo.InvariantCulture).Ticks / TicksPerMicro,
            PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz => Ticks(value.GetString()!) / TicksPerMicro,
            PrimitiveKind.TimestampNs or PrimitiveKind.TimestampTzNs => Nanoseconds(value.GetString()!),
            PrimitiveKind.String => value.GetString()!,
            PrimitiveKind.Uuid => Guid.Parse(value.GetString()!),
            PrimitiveKind.Binary => System.Convert.FromHexString(value.GetString()!),
            _ => throw new FormatException(),
        },
        _ => throw new NotSupportedException($"A default of type {type} can't be filled in."),
    };

    private static long Ticks(string text) =>
        (DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) - DateTimeOffset.UnixEpoch).Ticks;

    // .NET's times end at 100 ns: the last two digits of nine are added by hand.
    private static long Nanoseconds(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var end = point < 0 ? -1 : point + 1;
        while (end >= 0 && end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        if (end - point <= 8)
            return Ticks(text) * 100;
        var rest = text[(point + 8)..end].PadRight(2, '0');
        return (Ticks(text.Remove(point + 8, end - point - 8)) * 100) + int.Parse(rest, CultureInfo.InvariantCulture);
    }

    private static BigInteger Unscaled(string text, int scale)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? text : text.Remove(point, 1);
        var given = point < 0 ? 0 : text.Length - point - 1;
        return given == scale ? BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : throw new FormatException();
    }
}
