using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Data;

/// <summary>
/// Reads whole Iceberg tables with ClickHouse in the form of <see cref="RowText"/>, null lists, maps and structs as empty ones. It cuts <c>time</c> to
/// seconds, so such columns must be left out.
/// </summary>
internal static class ClickHouseText
{
    /// <param name="path">The table's folder on this machine.</param>
    /// <param name="snapshot">The snapshot that is read; null: the current one.</param>
    public static async Task<List<string>> Rows(Readers readers, Schema schema, string path, CancellationToken cancellation, long? snapshot = null)
    {
        var columns = string.Join(", '|', ", schema.Fields.Select(f => Text(f.Type, Quote(f.Name), 0)));
        var settings = snapshot is { } id ? $" SETTINGS iceberg_snapshot_id = {id}" : "";
        var answer = await readers.ClickHouse($"SELECT concat({columns}, '') FROM icebergLocal('{path}'){settings}", Path.GetDirectoryName(path), cancellation);
        return [.. answer.Rows.Select(row => RowText.Normalize(row[0]!))];
    }

    private static string Quote(string name) => $"`{name.Replace("`", "\\`", StringComparison.Ordinal)}`";

    private static string Text(IcebergType type, string e, int depth) => type switch
    {
        ListType l => $"concat('[', arrayStringConcat(arrayMap(x{depth} -> {Text(l.Element, $"x{depth}", depth + 1)}, {e}), ','), ']')",
        MapType m => $"concat('[', arrayStringConcat(arrayMap((k{depth}, v{depth}) -> concat({Text(m.Key, $"k{depth}", depth + 1)}, '=', "
            + $"{Text(m.Value, $"v{depth}", depth + 1)}), mapKeys({e}), mapValues({e})), ','), ']')",
        StructType s => $"concat('(', {string.Join(", ',', ", s.Fields.Select((f, i) => Text(f.Type, $"tupleElement({e}, {i + 1})", depth)))}, ')')",
        _ => $"ifNull({Present(type, e)}, 'null')",
    };

    private static string Present(IcebergType type, string e) => type switch
    {
        PrimitiveType { Kind: PrimitiveKind.Float } => $"concat('f<', toString({e}), '>')",
        PrimitiveType { Kind: PrimitiveKind.Double } => $"concat('d<', toString({e}), '>')",
        PrimitiveType { Kind: PrimitiveKind.Date } => $"toString(toInt32({e}))",
        PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz } => $"toString(toUnixTimestamp64Micro({e}))",
        PrimitiveType { Kind: PrimitiveKind.TimestampNs or PrimitiveKind.TimestampTzNs } => $"toString(toUnixTimestamp64Nano({e}))",
        PrimitiveType { Kind: PrimitiveKind.String or PrimitiveKind.Binary } or FixedType => $"hex({e})",
        DecimalType d => $"toDecimalString({e}, {d.Scale})",
        _ => $"toString({e})",
    };
}
