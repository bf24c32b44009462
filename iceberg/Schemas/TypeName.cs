using System.Globalization;
using System.Text.RegularExpressions;

namespace Mammoth.Iceberg.Schemas;

/// <summary>Primitive types as the specification spells them (Appendix C, "Schemas"): <c>long</c>, <c>decimal(9, 2)</c>, <c>fixed[4]</c>.</summary>
public static partial class TypeName
{
    private static readonly Dictionary<PrimitiveKind, string> Names = new()
    {
        [PrimitiveKind.Boolean] = "boolean",
        [PrimitiveKind.Int] = "int",
        [PrimitiveKind.Long] = "long",
        [PrimitiveKind.Float] = "float",
        [PrimitiveKind.Double] = "double",
        [PrimitiveKind.Date] = "date",
        [PrimitiveKind.Time] = "time",
        [PrimitiveKind.Timestamp] = "timestamp",
        [PrimitiveKind.TimestampTz] = "timestamptz",
        [PrimitiveKind.TimestampNs] = "timestamp_ns",
        [PrimitiveKind.TimestampTzNs] = "timestamptz_ns",
        [PrimitiveKind.String] = "string",
        [PrimitiveKind.Uuid] = "uuid",
        [PrimitiveKind.Binary] = "binary",
    };

    private static readonly Dictionary<string, PrimitiveKind> Kinds = Names.ToDictionary(entry => entry.Value, entry => entry.Key);

    /// <summary>How a primitive type is written.</summary>
    /// <exception cref="ArgumentException">The type is nested.</exception>
    public static string Of(IcebergType type) => type switch
    {
        PrimitiveType p => Names[p.Kind],
        DecimalType d => string.Create(CultureInfo.InvariantCulture, $"decimal({d.Precision}, {d.Scale})"),
        FixedType f => string.Create(CultureInfo.InvariantCulture, $"fixed[{f.Length}]"),
        OtherType o => o.Text,
        _ => throw new ArgumentException($"{type.GetType().Name} is a nested type and has no name.", nameof(type)),
    };

    /// <summary>The type of a name; one this version does not know becomes an <see cref="OtherType"/>.</summary>
    public static IcebergType Parse(string text)
    {
        if (Kinds.TryGetValue(text, out var kind))
            return new PrimitiveType(kind);
        if (DecimalPattern().Match(text) is { Success: true } d)
            return new DecimalType(Number(d.Groups[1]), Number(d.Groups[2]));
        if (FixedPattern().Match(text) is { Success: true } f)
            return new FixedType(Number(f.Groups[1]));
        return new OtherType(text);
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^decimal\(\s*(\d{1,4})\s*,\s*(\d{1,4})\s*\)$")]
    private static partial Regex DecimalPattern();

    [GeneratedRegex(@"^fixed\[\s*(\d{1,9})\s*\]$")]
    private static partial Regex FixedPattern();
}
