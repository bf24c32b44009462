using System.Globalization;
using Mammoth.Cli.Sample;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Cli;

/// <summary>
/// A table with a column of each form that <c>read</c> prints and rows of random and of vicious values, migrated once; and what each value is, as PostgreSQL says.
/// </summary>
public sealed class FormsTable(PostgresFixture postgres) : IAsyncLifetime
{
    internal const int Rows = 120;

    /// <summary>Columns whose text is compared as it is; <c>real</c> and <c>double precision</c> are compared as numbers.</summary>
    private const string Truth = """"
        SELECT id::text, flag::text, small::text, large::text, single::text, twice::text, exact::text, cents::text, day::text,
          to_char(clock, 'HH24:MI:SS') || CASE WHEN extract(microseconds FROM clock)::bigint % 1000000 <> 0 THEN to_char(clock, '.US') ELSE '' END,
          to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS') || CASE WHEN extract(microseconds FROM moment)::bigint % 1000000 <> 0 THEN to_char(moment, '.US') ELSE '' END,
          to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || CASE WHEN extract(microseconds FROM instant)::bigint % 1000000 <> 0 THEN to_char(instant, '.US') ELSE '' END || 'Z',
          words, key::text, encode(bytes, 'hex'), to_jsonb(list)::text, CASE WHEN amounts IS NOT NULL THEN coalesce((SELECT jsonb_agg(n::text ORDER BY o) FROM unnest(amounts) WITH ORDINALITY AS a(n, o)), '[]')::text END,
          CASE WHEN pair IS DISTINCT FROM NULL THEN jsonb_build_object('a', (pair).a, 'b "q"', (pair)."b ""q""", 'c', (SELECT jsonb_agg(n::text ORDER BY o) FROM unnest((pair).c) WITH ORDINALITY AS a(n, o)))::text END,
          "a ""b"", c", nothing
        FROM forms ORDER BY forms.id
        """";

    private readonly string path = Directory.CreateTempSubdirectory("mammoth-forms-").FullName;

    internal static string[] Columns { get; } =
        ["id", "flag", "small", "large", "single", "twice", "exact", "cents", "day", "clock", "moment", "instant", "words", "key", "bytes", "list", "amounts", "pair", "a \"b\", c", "nothing"];

    internal string Warehouse => Path.Combine(path, "lake");

    /// <summary>By row and column.</summary>
    internal IReadOnlyList<string?[]> Expected { get; private set; } = [];

    /// <summary>A path for a file that goes with the fixture.</summary>
    internal string File(string name) => Path.Combine(path, name);

    public async ValueTask InitializeAsync()
    {
        string source = await postgres.CreateDatabaseAsync("forms", CancellationToken.None);
        await using NpgsqlConnection connection = new(source);
        await connection.OpenAsync();
        await using (NpgsqlCommand create = new(
            """"
            CREATE TYPE pair AS (a int, "b ""q""" text, c numeric(6,2)[]);
            CREATE TABLE forms (
              id int PRIMARY KEY, flag boolean, small int, large bigint, single real, twice double precision, exact numeric(38,10), cents numeric(5,2), day date,
              clock time, moment timestamp, instant timestamptz, words text, key uuid, bytes bytea, list text[], amounts numeric(10,3)[], pair pair, "a ""b"", c" text, nothing text);
            """",
            connection))
            await create.ExecuteNonQueryAsync();
        await FillAsync(connection);
        await using (NpgsqlCommand truth = new(Truth, connection))
        await using (NpgsqlDataReader reader = await truth.ExecuteReaderAsync())
        {
            List<string?[]> rows = [];
            while (await reader.ReadAsync())
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))]);
            Expected = rows;
        }

        CommandLine run = await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", Warehouse, "--output", "json");
        Assert.True(run.ExitCode == 0, run.Error + run.Out);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(path, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task FillAsync(NpgsqlConnection connection)
    {
        Random random = new(20261123);
        string[] vicious = [.. Words.Odd, .. Enumerable.Range(1, 31).Select(c => $"<{(char)c}>"), "\u007f", "\u0080\u009b31m\u009f", "\u001b[2J\u001b]0;x\u0007", "\"", "\"\"", ",", "\r", "\n", "\r\n", ";", "'", "|", "#comment", "=1+1", "@x", "\u2028\u2029", new string('x', 5_000), "a\"b", "\"a", "a\"", "﻿", "true", "1", "0x", "{}", "[]"];
        string[][] columns =
        [
            Some("true", "false"),
            Some("-2147483648", "2147483647", "0", "-1"),
            Some("-9223372036854775808", "9223372036854775807", "9007199254740993", "0"),
            Some("NaN", "Infinity", "-Infinity", "-0", "1e-45", "3.4028235e38", "0.1", "16777216", "1.17549435e-38"),
            Some("NaN", "Infinity", "-Infinity", "-0", "5e-324", "1.7976931348623157e308", "0.1", "1e21", "123456789.123456789"),
            Some("0", "-0.0000000001", "9999999999999999999999999999.9999999999", "-9999999999999999999999999999.9999999999", "0.05", "-1", "1000"),
            Some("0", "-0.05", "999.99", "-999.99", "0.10", "-1"),
            Some("0001-01-01", "9999-12-31", "1969-12-31", "1970-01-01", "2000-02-29", "1582-10-10"),
            Some("00:00", "23:59:59.999999", "12:00:00.000001", "12:34:56", "00:00:00.1"),
            Some("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999", "1970-01-01", "2024-02-29 12:00:00.000001", "1900-01-01 00:00:00.5"),
            Some("0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00", "1969-12-31 23:59:59.999999-08", "2024-03-31 02:30:00+01", "2024-02-29 12:00:00.000001+14"),
            Some(vicious),
            Some("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "01234567-89ab-cdef-0123-456789abcdef"),
            Some("\\x", "\\x00", "\\xff00ff", "\\x" + string.Concat(Enumerable.Range(0, 256).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)))),
            [.. Enumerable.Range(0, Rows).Select(i => PgText.Array(Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(5) == 0 ? null : random.GetItems(vicious, 1)[0])))],
            Some("{}", "{1.500,NULL,-0.001}", "{NULL}", "{9999999.999}", "{0,0.000}"),
            [.. Enumerable.Range(0, Rows).Select(i => PgText.Composite(random.Next(3) == 0 ? null : "7", random.GetItems(vicious, 1)[0], random.Next(3) == 0 ? null : "{1.50,NULL}"))],
            [.. Some(vicious).Reverse()],
        ];
        string[] types = ["boolean", "int", "bigint", "real", "double precision", "numeric(38,10)", "numeric(5,2)", "date", "time", "timestamp", "timestamptz", "text", "uuid", "bytea", "text[]", "numeric(10,3)[]", "pair", "text"];
        await using NpgsqlCommand insert = new($"INSERT INTO forms SELECT o, {string.Join(", ", types.Select((t, i) => $"c{i}::{t}"))}, NULL FROM unnest({string.Join(", ", types.Select((_, i) => $"${i + 1}::text[]"))}) WITH ORDINALITY AS v({string.Join(", ", types.Select((_, i) => $"c{i}"))}, o)", connection);
        foreach (string?[] column in columns)
            insert.Parameters.Add(new() { Value = column });
        await insert.ExecuteNonQueryAsync();

        // Each of the values at least once, then whatever comes, every ninth null.
        string[] Some(params string[] values) => [.. Enumerable.Range(0, Rows).Select(i => i < values.Length ? values[i] : i % 9 == 0 ? null! : values[random.Next(values.Length)])];
    }
}
