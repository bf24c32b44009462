using Mammoth.Iceberg.Schemas;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>SQL that makes DuckDB print a value as <see cref="PostgresText"/> does.</summary>
internal static class DuckDbText
{
    public static string Of(IcebergType type, string e) => Of(type, e, 0);

    private static string Of(IcebergType type, string e, int depth) => $"CASE WHEN {e} IS NULL THEN NULL ELSE {Present(type, e, depth)} END";

    private static string Present(IcebergType type, string e, int depth) => type switch
    {
        ListType list => $"to_json(list_transform({e}, lambda x{depth}: {Of(list.Element, $"x{depth}", depth + 1)}))::VARCHAR",
        StructType s => $"to_json([{string.Join(", ", s.Fields.Select(f => Of(f.Type, $"({e}).{Identifier.Quote(f.Name)}", depth)))}])::VARCHAR",
        MapType map => $"to_json(list_transform(map_entries({e}), lambda x{depth}: "
            + $"to_json([{Of(map.Key, $"x{depth}.key", depth + 1)}, {Of(map.Value, $"x{depth}.value", depth + 1)}])::VARCHAR))::VARCHAR",
        // DuckDB writes .5 where there is no digit before the point.
        DecimalType => $"regexp_replace(({e})::VARCHAR, '^(-?)\\.', '\\10.')",
        PrimitiveType { Kind: PrimitiveKind.Float } => $"({e})::BIT::INTEGER::VARCHAR",
        PrimitiveType { Kind: PrimitiveKind.Double } => $"({e})::BIT::BIGINT::VARCHAR",
        PrimitiveType { Kind: PrimitiveKind.Date } => $"(({e}) - DATE '1970-01-01')::VARCHAR",
        PrimitiveType { Kind: PrimitiveKind.Time or PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz } => $"epoch_us({e})::VARCHAR",
        PrimitiveType { Kind: PrimitiveKind.Binary } =>
            $"CASE WHEN octet_length({e}) > {PostgresText.LongBinary} THEN 'md5 ' || md5({e}) ELSE lower(hex({e})) END",
        PrimitiveType => $"({e})::VARCHAR",
        _ => throw new NotSupportedException($"Mammoth writes no {type}."),
    };
}
