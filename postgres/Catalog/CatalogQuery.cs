using Npgsql;
using NpgsqlTypes;

namespace Mammoth.Postgres.Catalog;

/// <summary>Questions to the catalog: each is one statement over all tables, so that ten thousand tables take as many round trips as one.</summary>
internal static class CatalogQuery
{
    /// <summary>
    /// Schemas that hold no user's table. Temporary schemas are left to <c>relpersistence</c>, which also knows the other sessions' ones.
    /// </summary>
    public const string UserSchemas =
        "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_toast_temp_'";

    /// <summary>The rows of a statement, whose <c>$1</c> is <paramref name="oids"/>.</summary>
    public static async Task<List<T>> Rows<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellation, uint[]? oids = null)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (oids is not null)
            command.Parameters.Add(new NpgsqlParameter<uint[]> { TypedValue = oids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Oid });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            rows.Add(map(reader));
        return rows;
    }

    public static string? Text(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A <c>"char"</c> of the catalog, cast to text; none is an empty text. (The type itself is none that Npgsql knows without asking the server.)</summary>
    public static char? Letter(this NpgsqlDataReader reader, int column) => reader.GetString(column) is [char letter, ..] ? letter : null;

    public static uint Oid(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<uint>(column);
}
