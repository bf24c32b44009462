using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using Mammoth.Iceberg.Schemas;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>The rows as DuckDB finds them in the Parquet files.</summary>
internal static class DuckDbRows
{
    public static async IAsyncEnumerable<string?[]> Read(WrittenTable table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (table.Files.Count == 0)
            yield break;
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync(cancellation);
        var fields = await InFile(connection, table, cancellation);
        await using var command = connection.CreateCommand();
        command.UseStreamingMode = true;
        command.CommandText = $"""
            SELECT {string.Join(", ", fields.Select(f => DuckDbText.Of(f.Type, Identifier.Quote(f.Name))))}
            FROM read_parquet([{string.Join(", ", table.Files.Select(Literal))}])
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))];
    }

    /// <summary>The fields under the names they have in the files, where not every name is allowed: their ids say which is which.</summary>
    private static async Task<IReadOnlyList<NestedField>> InFile(DuckDBConnection connection, WrittenTable table, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT field_id::INTEGER, name FROM parquet_schema({Literal(table.Files[0])}) WHERE field_id IS NOT NULL";
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var names = new Dictionary<int, string>();
        while (await reader.ReadAsync(cancellation))
            names.TryAdd(reader.GetInt32(0), reader.GetString(1));
        return Renamed(table.Schema.Fields, names);
    }

    private static IReadOnlyList<NestedField> Renamed(IReadOnlyList<NestedField> fields, Dictionary<int, string> names) =>
        [.. fields.Select(f => f with { Name = names.Count == 0 ? f.Name : names[f.Id], Type = Renamed(f.Type, names) })];

    private static IcebergType Renamed(IcebergType type, Dictionary<int, string> names) => type switch
    {
        StructType s => new StructType(Renamed(s.Fields, names)),
        ListType list => list with { Element = Renamed(list.Element, names) },
        MapType map => map with { Key = Renamed(map.Key, names), Value = Renamed(map.Value, names) },
        _ => type,
    };

    private static string Literal(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
