using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>SQL that makes ClickHouse print a value as <see cref="PostgresText"/> does.</summary>
internal static class ClickHouseText
{
    /// <summary>Whether ClickHouse shows every value of the type; it cuts a <c>time</c> to seconds.</summary>
    public static bool CanShow(IcebergType type) => type is not PrimitiveType { Kind: PrimitiveKind.Time } && type.Children().All(f => CanShow(f.Type));

    public static string Of(IcebergType type, string e) => Of(type, e, 0);

    /// <summary>A name as ClickHouse quotes it.</summary>
    public static string Quote(string name) => $"`{Escape(name).Replace("`", "\\`", StringComparison.Ordinal)}`";

    /// <summary>A string literal.</summary>
    public static string Literal(string text) => $"'{Escape(text).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal);

    // Functions of null are null; lists, maps and structs are never null here, absent ones are empty.
    private static string Of(IcebergType type, string e, int depth) => type switch
    {
        ListType list => $"toJSONString(arrayMap(x{depth} -> {Of(list.Element, $"x{depth}", depth + 1)}, {e}))",
        StructType s => $"toJSONString([{string.Join(", ", s.Fields.Select((f, i) => $"toNullable({Of(f.Type, $"tupleElement({e}, {i + 1})", depth)})"))}])",
        MapType map => $"toJSONString(arrayMap((k{depth}, v{depth}) -> toJSONString([toNullable({Of(map.Key, $"k{depth}", depth + 1)}), "
            + $"toNullable({Of(map.Value, $"v{depth}", depth + 1)})]), mapKeys({e}), mapValues({e})))",
        PrimitiveType { Kind: PrimitiveKind.Float } => $"toString(reinterpretAsInt32({e}))",
        PrimitiveType { Kind: PrimitiveKind.Double } => $"toString(reinterpretAsInt64({e}))",
        PrimitiveType { Kind: PrimitiveKind.Date } => $"toString(toInt32({e}))",
        PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz } => $"toString(toUnixTimestamp64Micro({e}))",
        PrimitiveType { Kind: PrimitiveKind.Binary } => $"if(length({e}) > {PostgresText.LongBinary}, 'md5 ' || lower(hex(MD5({e}))), lower(hex({e})))",
        DecimalType d => $"toDecimalString({e}, {d.Scale})",
        PrimitiveType { Kind: not PrimitiveKind.Time } => $"toString({e})",
        _ => throw new NotSupportedException($"ClickHouse can't show every {type}."),
    };
}
