using System.Globalization;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.Types.Values;
using Npgsql;

namespace Mammoth.Tests.Types;

/// <summary>A column of both, and how PostgreSQL compares them.</summary>
/// <param name="Name">The column's quoted name.</param>
/// <param name="Printed">SQL that prints a value.</param>
/// <param name="Back">SQL that makes a value of a text; null where its type has no input.</param>
/// <param name="IsText">The warehouse has text: it is what PostgreSQL prints, to the letter.</param>
internal sealed record ComparedColumn(string Name, string Printed, string? Back, bool IsText)
{
    /// <summary>SQL that is true where <c>t</c>, the source, and <c>r</c>, what was read, differ.</summary>
    public string Differs(int i)
    {
        string source = $"t.{Name}", read = $"r.c{i}";
        string printed = Of(Printed, source);
        List<string> conditions = [$"({source} IS NOT DISTINCT FROM NULL) <> ({read} IS NULL)"];
        if (IsText)
            conditions.Add($"{printed} <> {read}");
        if (Back is not null)
            conditions.Add($"{printed} <> {Of(Printed, Of(Back, read))}");
        // The texts of nulls are not compared.
        return $"CASE WHEN {source} IS NOT DISTINCT FROM NULL OR {read} IS NULL THEN {conditions[0]} ELSE {string.Join(" OR ", conditions.Skip(1))} END";
    }

    /// <summary>SQL that prints both.</summary>
    public string Shown(int i) => $"pg_catalog.format('{Name.Replace("'", "''", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal)}: %L in PostgreSQL, %L in the warehouse', {Of(Printed, $"t.{Name}")}, r.c{i})";

    private static string Of(string sql, string value) => string.Format(CultureInfo.InvariantCulture, sql, value);
}

/// <summary>PostgreSQL says whether rows of the warehouse are those of a table: printed as they are, and cast back to their type.</summary>
internal static class SourceComparison
{
    /// <param name="relation">The table in SQL; its <c>id</c> tells rows apart.</param>
    /// <param name="where">Which of its rows are meant.</param>
    /// <returns>Sentences on the first rows that differ.</returns>
    public static async Task<IReadOnlyList<string>> Differences(
        string source, string relation, IReadOnlyList<ComparedColumn> columns, IReadOnlyDictionary<int, string?[]> rows, string where, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(cancellation);
        await using (var session = new NpgsqlCommand(PostgresText.Session, connection))
            await session.ExecuteNonQueryAsync(cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            SELECT pg_catalog.concat_ws(', ', 'row ' || coalesce(t.id, r.id), CASE WHEN t.id IS NULL THEN 'only in the warehouse' WHEN r.id IS NULL THEN 'only in PostgreSQL' END{string.Concat(columns.Select((c, i) => $", {c.Shown(i)}"))})
            FROM (SELECT * FROM {relation} WHERE {where}) t
            FULL JOIN unnest({string.Join(", ", Enumerable.Range(0, columns.Count + 1).Select(i => $"${i + 1}"))}) AS r(id{string.Concat(columns.Select((_, i) => $", c{i}"))}) ON r.id = t.id
            WHERE t.id IS NULL OR r.id IS NULL{string.Concat(columns.Select((c, i) => $" OR ({c.Differs(i)})"))}
            ORDER BY 1 LIMIT 5
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. rows.Keys] });
        for (int i = 0; i < columns.Count; i++)
            command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. rows.Values.Select(r => r[i])] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<string> differences = [];
        while (await reader.ReadAsync(cancellation))
            differences.Add($"{relation}, {reader.GetString(0)} {TestSeed.Told}");
        return differences;
    }
}
