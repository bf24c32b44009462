using System.Globalization;
using System.Text.Json;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>A table of the source and its rows that can't be copied.</summary>
/// <param name="Relation">Its name, quoted.</param>
/// <param name="Unfit">An SQL condition for these rows.</param>
/// <param name="Key">The columns of its primary key, unquoted, in their order.</param>
internal sealed record UnfitRelation(string Relation, string Unfit, params string[] Key)
{
    /// <summary>The column that does not fit, quoted.</summary>
    public string Column { get; init; } = "d";

    /// <summary>What PostgreSQL's output function prints of it.</summary>
    public string Printed => $"format('%s', {Column})";

    /// <summary>SQL for what is sent of it.</summary>
    public string Sent { get => field ?? $"date_send({Column})"; init; }
}

/// <summary>
/// Holds <c>mammoth.quarantine</c>, as ClickHouse reads it through its metadata, against PostgreSQL: no row is missing from both tables, and each that was set aside is there once, with its key,
/// its value and all its bytes.
/// </summary>
internal sealed class QuarantineJudge(MigrationArea area, Readers readers)
{
    private const string Fresh = "SETTINGS use_iceberg_metadata_files_cache = 0, optimize_count_from_files = 0, optimize_trivial_count_query = 0";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Quarantine => $"{area.Warehouse.Root}/mammoth/quarantine";

    /// <returns>The runs that set the table's rows aside.</returns>
    public async Task<IReadOnlyList<string>> Agrees(UnfitRelation table, string location)
    {
        string source = await area.Source.Unquoted(table.Relation, Cancellation);
        var aside = await Ask($"SELECT run, relation, key, column, reason, value_text, value_hex, hex(row) AS tuple FROM {{0}} WHERE table = {ClickHouseText.Literal(source)}");
        long rows = Number((await Ask("SELECT toString(count()) FROM {0}", location)).Single!);
        long all = (await area.Source.Query<long>($"SELECT count(*) FROM {table.Relation}", Cancellation)).Single();
        Assert.Equal((source, all), (source, rows + aside.Rows.Count));

        await using NpgsqlConnection connection = await area.Source.Open(Cancellation);
        await using (var settings = new NpgsqlCommand(PostgresText.Session, connection))
            await settings.ExecuteNonQueryAsync(Cancellation);
        string key = table.Key.Length == 0 ? "NULL" : $"jsonb_build_object({string.Join(", ", table.Key.Select(k => $"{Mammoth.Postgres.Catalog.Identifier.Literal(k)}, format('%s', {Mammoth.Postgres.Catalog.Identifier.Quote(k)})"))})::text";
        List<string> expected = [];
        await using (var command = new NpgsqlCommand($"SELECT tableoid::regclass::text, {key}, {table.Printed}, encode({table.Sent}, 'hex') FROM {table.Relation} WHERE {table.Unfit}", connection))
        await using (var reader = await command.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation))
                expected.Add(Line(reader.GetString(0).Replace("\"", "", StringComparison.Ordinal), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        }

        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            aside.Rows.Select(r => Line(r[1]!.Replace("\"", "", StringComparison.Ordinal), r[2], r[5]!, r[6]!)).Order(StringComparer.Ordinal));
        Assert.All(aside.Rows, r => Assert.Equal((table.Column.Trim('"'), true), (r[3], r[4]!.Length > 0)));
        Assert.Equal((source, 0L), (source, await Differing(connection, table, aside.Column("tuple").Select(t => Convert.FromHexString(t!)))));
        return [.. aside.Column("run").Select(r => r!).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Rows set aside, by <c>target</c>.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Counts() =>
        (await Ask("SELECT target, toString(count()) FROM {0} GROUP BY target")).Rows.ToDictionary(r => r[0]!, r => Number(r[1]!));

    private async Task<ReaderRows> Ask(string sql, string? location = null)
    {
        WrittenTable written = await area.Warehouse.Written(location ?? Quarantine, null, Cancellation);
        return await readers.ClickHouse($"{string.Format(CultureInfo.InvariantCulture, sql, written.ClickHouse)} {Fresh}", area.Folder, Cancellation);
    }

    /// <summary>Brings rows back from their tuples, as docs/types.md says.</summary>
    /// <returns>How many are in one and not in the other.</returns>
    private static async Task<long> Differing(NpgsqlConnection connection, UnfitRelation table, IEnumerable<byte[]> tuples)
    {
        await using (var create = new NpgsqlCommand($"DROP TABLE IF EXISTS pg_temp.back; CREATE TEMP TABLE back (LIKE {table.Relation})", connection))
            await create.ExecuteNonQueryAsync(Cancellation);
        await using (var copy = await connection.BeginRawBinaryCopyAsync("COPY pg_temp.back FROM STDIN (FORMAT binary)", Cancellation))
        {
            await copy.WriteAsync((byte[])[.. "PGCOPY\n"u8, 0xff, .. "\r\n\0"u8, .. new byte[8]], Cancellation);
            foreach (byte[] tuple in tuples)
                await copy.WriteAsync(tuple, Cancellation);
            await copy.WriteAsync((byte[])[0xff, 0xff], Cancellation);
        }

        string unfit = $"SELECT t::text FROM {table.Relation} t WHERE {table.Unfit}";
        const string Back = "SELECT b::text FROM pg_temp.back b";
        await using var compare = new NpgsqlCommand($"SELECT (SELECT count(*) FROM ({unfit} EXCEPT ALL {Back}) a) + (SELECT count(*) FROM ({Back} EXCEPT ALL {unfit}) b)", connection);
        return (long)(await compare.ExecuteScalarAsync(Cancellation))!;
    }

    private static string Line(string relation, string? key, string text, string digits) => $"{relation} | {Canonical(key)} | {text} | {digits}";

    /// <summary>A JSON object with its fields in ordinal order.</summary>
    private static string Canonical(string? json) => json is null
        ? "no key"
        : string.Join(", ", JsonSerializer.Deserialize<Dictionary<string, string>>(json)!.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}: {f.Value}"));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
