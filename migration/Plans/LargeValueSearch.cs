using System.Data.Common;
using System.Globalization;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Plans;

/// <summary>
/// Finds the columns that hold values of more than <see cref="MigrationOptions.LargeValueBytes"/>, so that only those get a column of references. Most tables are never
/// asked: they have not the TOAST to hold one. The lengths of the others' values are read from their rows, without what is in TOAST.
/// </summary>
internal static class LargeValueSearch
{
    /// <summary>Compressed by pglz or lz4, a value is no shorter than its length by this.</summary>
    private const long BestCompression = 256;

    private const int PageBytes = 8192;

    /// <summary>Bytes of a character in UTF-8.</summary>
    private const int LongestCharacter = 4;

    /// <summary>The database with its columns marked, as of the connection's snapshot.</summary>
    public static async Task<Database> Mark(NpgsqlConnection connection, Database database, MigrationOptions options, CancellationToken cancellation)
    {
        if (options.LargeValueBytes <= 0)
        {
            return database;
        }

        var planner = new ColumnPlanner(new Types.TypeTable(database.MoneyScale), options);
        TableChoice choice = new(options);
        var tables = new List<Table>(database.Tables.Count);
        foreach (Table table in database.Tables)
        {
            bool asked = MayHold(table, options.LargeValueBytes) && choice.Has(table.Name) && table.CanSelect && !table.RowSecurityApplies;
            tables.Add(asked ? await Mark(connection, table, planner, options.LargeValueBytes, database.Encoding is "UTF8" or "SQL_ASCII", cancellation) : table);
        }

        return database with { Tables = tables };
    }

    private static bool MayHold(Table table, long over)
    {
        long compressed = over / BestCompression;
        long toast = table.Leaves.Sum(l => l.TotalBytes - (l.Pages * PageBytes));
        return compressed < PageBytes ? table.Leaves.Any(l => l.Pages > 0) : toast > compressed;
    }

    private static async Task<Table> Mark(NpgsqlConnection connection, Table table, ColumnPlanner planner, long over, bool isUtf8, CancellationToken cancellation)
    {
        (Column Column, string Expression)[] columns = [.. planner.MayBeLarge(table).Where(c => !IsShort(c.Column, over))];
        if (columns.Length == 0)
        {
            return table;
        }

        string filter = planner.Filter(table.Name) is { } condition ? $" WHERE ({condition}\n)" : "";
        await using var command = new NpgsqlCommand(
            $"SELECT {string.Join(", ", columns.Select(c => $"pg_catalog.bool_or({IsLarge(c.Column, c.Expression, over, isUtf8)})"))} FROM {(table.IsPartitioned ? "" : "ONLY ")}{table.Name.Sql}{filter}",
            connection)
        { CommandTimeout = StatementLimit.Seconds(StatementLimit.OverTable) };
        await using DbDataReader found = await command.ExecuteReaderAsync(cancellation);
        await found.ReadAsync(cancellation);
        HashSet<string> large = [.. columns.Where((_, i) => !found.IsDBNull(i) && found.GetBoolean(i)).Select(c => c.Column.Name)];
        return large.Count == 0 ? table : table with { Columns = [.. table.Columns.Select(c => large.Contains(c.Name) ? c with { HasLargeValues = true } : c)] };
    }

    /// <summary>By its declaration: at four bytes a character no value can be as long. Or it is a word of a list.</summary>
    private static bool IsShort(Column column, long over) =>
        Base(column.Type) is { Kind: PgTypeKind.Enum } || (IsOf(column, "varchar", "bpchar") && column.Modifier > 0 && column.Modifier * 4L <= over);

    private static string IsLarge(Column column, string expression, long over, bool isUtf8)
    {
        string name = Identifier.Quote(column.Name);
        bool binary = IsOf(column, "bytea") || expression.EndsWith("::pg_catalog.bytea", StringComparison.Ordinal);

        // Another encoding than UTF-8 may be shorter than what is sent.
        long least = binary || isUtf8 ? over : over / LongestCharacter;
        string Long(string value) => string.Create(CultureInfo.InvariantCulture, $"pg_catalog.octet_length({value}) > {least}");

        // Of these the length is known without reading TOAST; others are read where they are not shorter than a compressed one can be.
        return expression != name ? Decompressed($"({expression}){(binary ? "" : "::pg_catalog.text")}")
            : IsOf(column, "bytea", "text", "varchar", "bpchar") ? Long(name)
            : IsOf(column, "json") ? Long($"{name}::pg_catalog.text")
            : Decompressed($"{name}::pg_catalog.text");

        string Decompressed(string value) =>
            string.Create(CultureInfo.InvariantCulture, $"CASE WHEN pg_catalog.pg_column_size({name}) > {least / BestCompression} THEN {Long(value)} END");
    }

    private static bool IsOf(Column column, params ReadOnlySpan<string> names) => Base(column.Type) is { Schema: "pg_catalog" } type && names.Contains(type.Name);

    private static PgType Base(PgType type) => type.Kind == PgTypeKind.Domain ? Base(type.Of!) : type;
}
