using System.Globalization;
using System.Numerics;
using Mammoth.Cli.Sample;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Types;

/// <summary>A value of an Iceberg table as PostgreSQL's input functions read it; values are as <see cref="Data.ArrowRows"/> gives them.</summary>
/// <param name="Delimiter">What stands between the elements of an array.</param>
internal sealed record PgLiteral(char Delimiter = ',')
{
    public string? Of(IcebergType type, object? value) => (type, value) switch
    {
        (_, null) => null,
        (ListType list, object?[] elements) => PgText.Array(elements.Select(e => Of(list.Element, e)), Delimiter),
        (StructType s, object?[] fields) => PgText.Composite([.. s.Fields.Zip(fields, (f, v) => Of(f.Type, v))]),
        (MapType, (object Key, object? Value)[] pairs) => string.Join(',', pairs.Select(p => $"{Quoted((string)p.Key)}=>{(p.Value is string text ? Quoted(text) : "NULL")}")),
        (DecimalType d, BigInteger unscaled) => Decimal(unscaled, d.Scale),
        (PrimitiveType p, _) => Of(p.Kind, value),
        _ => throw new NotSupportedException($"{type}: {value}"),
    };

    private static string Of(PrimitiveKind kind, object value) => (kind, value) switch
    {
        (_, bool b) => b ? "t" : "f",
        (_, string s) => s,
        (PrimitiveKind.Uuid, byte[] b) => new Guid(b, bigEndian: true).ToString(),
        (PrimitiveKind.Binary, byte[] b) => $"\\x{Convert.ToHexStringLower(b)}",
        (_, float f) => f.ToString("R", CultureInfo.InvariantCulture),
        (_, double d) => d.ToString("R", CultureInfo.InvariantCulture),
        (PrimitiveKind.Date, int days) => new DateOnly(1970, 1, 1).AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        (PrimitiveKind.Time, long micros) => new TimeOnly(micros * 10).ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        (PrimitiveKind.Timestamp, long micros) => Moment(micros),
        (PrimitiveKind.TimestampTz, long micros) => $"{Moment(micros)}+00",
        (PrimitiveKind.Int or PrimitiveKind.Long, IFormattable n) => n.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"{kind}: {value}"),
    };

    private static string Moment(long micros) => DateTime.UnixEpoch.AddTicks(micros * 10).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Decimal(BigInteger unscaled, int scale)
    {
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled.Sign < 0 ? "-" : "")}{digits[..^scale]}{(scale == 0 ? "" : ".")}{digits[^scale..]}";
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
