using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
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
        await using var command = connection.CreateCommand();
        command.UseStreamingMode = true;
        command.CommandText = $"""
            SELECT {string.Join(", ", table.Schema.Fields.Select(f => DuckDbText.Of(f.Type, Identifier.Quote(f.Name))))}
            FROM read_parquet([{string.Join(", ", table.Files.Select(f => $"'{f.Replace("'", "''", StringComparison.Ordinal)}'"))}])
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))];
    }
}
