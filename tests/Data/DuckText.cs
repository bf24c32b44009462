using DuckDB.NET.Data;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Data;

/// <summary>Reads Parquet files with DuckDB, a second implementation, in the form of <see cref="RowText"/>.</summary>
internal static class DuckText
{
    public static List<string> Rows(Schema schema, string path) => From(schema, $"read_parquet('{path}')");

    /// <param name="source">What to select from: a table function, or a query in brackets.</param>
    public static List<string> From(Schema schema, string source) =>
        [.. Query($"SELECT {string.Join(" || '|' || ", schema.Fields.Select(f => Text(f.Type, Quote(f.Name), 0)))} FROM {source}")
            .Select(row => RowText.Normalize((string)row[0]!))];

    public static List<object?[]> Query(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }

    /// <summary>A column's name in the files.</summary>
    public static string Quote(string name) => $"\"{CompatibleName.Of(name)}\"";

    private static string Text(IcebergType type, string e, int depth) => $"CASE WHEN {e} IS NULL THEN 'null' ELSE {Present(type, e, depth)} END";

    private static string Present(IcebergType type, string e, int depth) => type switch
    {
        ListType l => $"'[' || array_to_string(list_transform({e}, lambda x{depth}: {Text(l.Element, $"x{depth}", depth + 1)}), ',') || ']'",
        MapType m => $"'[' || array_to_string(list_transform(map_entries({e}), lambda x{depth}: "
            + $"{Text(m.Key, $"x{depth}.key", depth + 1)} || '=' || {Text(m.Value, $"x{depth}.value", depth + 1)}), ',') || ']'",
        StructType s => $"'(' || {string.Join(" || ',' || ", s.Fields.Select(f => Text(f.Type, $"({e}).{Quote(f.Name)}", depth)))} || ')'",
        PrimitiveType { Kind: PrimitiveKind.Float } => $"'f<' || {e}::VARCHAR || '>'",
        PrimitiveType { Kind: PrimitiveKind.Double } => $"'d<' || {e}::VARCHAR || '>'",
        PrimitiveType { Kind: PrimitiveKind.Date } => $"({e} - DATE '1970-01-01')::VARCHAR",
        PrimitiveType { Kind: PrimitiveKind.Time } =>
            $"(date_part('hour', {e}) * 3600000000 + date_part('minute', {e}) * 60000000 + date_part('microsecond', {e}))::VARCHAR",
        PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz } => $"epoch_us({e})::VARCHAR",
        PrimitiveType { Kind: PrimitiveKind.TimestampNs } => $"epoch_ns({e})::VARCHAR",
        PrimitiveType { Kind: PrimitiveKind.String } => $"hex(encode({e}))",
        PrimitiveType { Kind: PrimitiveKind.Binary } or FixedType => $"hex({e})",
        // Without digits before the point DuckDB writes none.
        DecimalType => $"regexp_replace({e}::VARCHAR, '^(-?)\\.', '\\10.')",
        _ => $"{e}::VARCHAR",
    };
}
