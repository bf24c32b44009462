using Mammoth.Iceberg.Schemas;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>
/// SQL that makes PostgreSQL print a value in the judge's form: null or text, lists, maps and structs as JSON arrays of such texts. What Iceberg
/// carries as a string is printed by the type's own output function (<c>format('%s', …)</c>), whatever Mammoth casts.
/// </summary>
/// <param name="hstoreSchema">Where the extension's functions are, the search path being empty.</param>
internal sealed class PostgresText(string hstoreSchema)
{
    /// <summary>What makes values print alike in every session.</summary>
    public const string Session = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET search_path = ''; SET row_security = off; SET jit = off";

    /// <summary>Bytes beyond which a binary value is compared by its MD5.</summary>
    public const int LongBinary = 1000;

    public string Of(IcebergType type, string e) => Of(type, e, 0);

    // IS NOT DISTINCT FROM: a composite of nulls is not null.
    private string Of(IcebergType type, string e, int depth) => $"CASE WHEN {e} IS NOT DISTINCT FROM NULL THEN NULL ELSE {Present(type, e, depth)} END";

    private string Present(IcebergType type, string e, int depth) => type switch
    {
        ListType list => $"(SELECT coalesce(json_agg({Of(list.Element, $"({e})[i{depth}]", depth + 1)} ORDER BY i{depth}), '[]')::text FROM generate_subscripts({e}, 1) AS i{depth})",
        StructType s => $"json_build_array({string.Join(", ", s.Fields.Select(f => Of(f.Type, $"({e}).{Identifier.Quote(f.Name)}", depth)))})::text",
        MapType => $"(SELECT coalesce(json_agg(json_build_array(key, value)::text), '[]')::text FROM {Identifier.Quote(hstoreSchema)}.each({e}))",
        DecimalType => $"({e})::numeric::text",
        PrimitiveType { Kind: PrimitiveKind.Boolean or PrimitiveKind.Int or PrimitiveKind.Long or PrimitiveKind.Uuid } => $"({e})::text",
        PrimitiveType { Kind: PrimitiveKind.Float } => $"('x' || encode(float4send({e}), 'hex'))::bit(32)::integer::text",
        PrimitiveType { Kind: PrimitiveKind.Double } => $"('x' || encode(float8send({e}), 'hex'))::bit(64)::bigint::text",
        PrimitiveType { Kind: PrimitiveKind.Date } => $"(({e}) - date '1970-01-01')::text",
        PrimitiveType { Kind: PrimitiveKind.Time or PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz } => $"(extract(epoch FROM {e}) * 1000000)::bigint::text",
        PrimitiveType { Kind: PrimitiveKind.String } => $"format('%s', {e})",
        PrimitiveType { Kind: PrimitiveKind.Binary } =>
            $"CASE WHEN length(({e})::bytea) > {LongBinary} THEN 'md5 ' || md5(({e})::bytea) ELSE encode(({e})::bytea, 'hex') END",
        _ => throw new NotSupportedException($"No PostgreSQL column becomes {type}."),
    };
}
