using System.Runtime.CompilerServices;
using Mammoth.Postgres.Catalog;
using Npgsql;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>The rows as PostgreSQL has them.</summary>
internal static class SourceRows
{
    public static async IAsyncEnumerable<string?[]> Read(string connectionString, JudgedTable table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using (var session = new NpgsqlCommand(PostgresText.Session, connection))
            await session.ExecuteNonQueryAsync(cancellation);
        await using var command = new NpgsqlCommand(await Select(connection, table, cancellation), connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))];
    }

    private static async Task<string> Select(NpgsqlConnection connection, JudgedTable table, CancellationToken cancellation)
    {
        var text = new PostgresText(await Hstore(connection, cancellation));
        var fields = table.Written.Schema.Fields;
        var columns = (await Columns(connection, table.Relation, cancellation)).Where(c => !table.Omitted.Contains(c)).ToList();
        if (columns.Count != fields.Count)
            throw new Xunit.Sdk.XunitException($"{table.Relation} has the columns {string.Join(", ", columns)}; written were {string.Join(", ", fields.Select(f => f.Name))}.");
        var expressions = columns.Zip(fields, (c, f) => text.Of(f.Type, table.Instead.GetValueOrDefault(c, Identifier.Quote(c))));
        return $"SELECT {string.Join(", ", expressions)} FROM {await Rows(connection, table.Relation, cancellation)} WHERE {table.Where}";
    }

    // A partition root's rows lie in its leaves; an inheritance parent's are its own.
    private static async Task<string> Rows(NpgsqlConnection connection, string relation, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT relkind = 'p' FROM pg_class WHERE oid = $1::regclass", connection) { Parameters = { new() { Value = relation } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))! ? relation : $"ONLY {relation}";
    }

    private static async Task<List<string>> Columns(NpgsqlConnection connection, string relation, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum", connection)
        {
            Parameters = { new() { Value = relation } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var columns = new List<string>();
        while (await reader.ReadAsync(cancellation))
            columns.Add(reader.GetString(0));
        return columns;
    }

    private static async Task<string> Hstore(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hstore'", connection);
        return (string?)await command.ExecuteScalarAsync(cancellation) ?? "public";
    }
}
