using DuckDB.NET.Data;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Iceberg;
using Npgsql;
using Xunit.Sdk;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>A judge that can't say no proves nothing: DuckDB writes the rows here, right and wrong.</summary>
public sealed class JudgeTests(PostgresFixture postgres, Readers readers)
{
    private const string Right = """
        (1, true, 32767::INTEGER, 9007199254740993, '-0'::FLOAT, 'nan'::DOUBLE, 0.05::DECIMAL(5, 2), '-0.5'::DECIMAL(1, 1), DATE '1969-12-31', TIME '23:59:59.999999',
          TIMESTAMP '1969-12-31 23:59:59.999999', TIMESTAMPTZ '2024-02-29 12:00:00.000001+00', '00010203-0405-0607-0809-0a0b0c0d0e0f'::UUID, '🐘 ''"\ e' || chr(1), '\x00\xFF'::BLOB,
          [1, NULL, 3], ['a,"b"', NULL, 'NULL', ''], {'a b': 1, 'dates': [DATE '2024-01-01', NULL]}, [{'x': 1.50::DECIMAL(6, 2), 'y': NULL}, NULL]),
        (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (3, false, 0, -1, 'inf'::FLOAT, 5e-324, 999.99, 0.9, DATE '0001-01-01', TIME '00:00:00', TIMESTAMP '0001-01-01 00:00:00', TIMESTAMPTZ '9999-12-31 23:59:59.999999+00',
          'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID, '', ''::BLOB, [], [], {'a b': NULL, 'dates': []}, []),
        (4, true, 7, 7, 7, 7, 7, 0, DATE '2024-01-01', TIME '07:00:00', TIMESTAMP '2024-01-01 07:00:00', TIMESTAMPTZ '2024-01-01 07:00:00+00',
          'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID, 'twin', '\x07'::BLOB, [7], ['7'], {'a b': 7, 'dates': NULL}, []),
        (4, true, 7, 7, 7, 7, 7, 0, DATE '2024-01-01', TIME '07:00:00', TIMESTAMP '2024-01-01 07:00:00', TIMESTAMPTZ '2024-01-01 07:00:00+00',
          'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID, 'twin', '\x07'::BLOB, [7], ['7'], {'a b': 7, 'dates': NULL}, [])
        """;

    private const string Source = """
        CREATE TYPE pair AS ("a b" integer, dates date[]);
        CREATE TYPE amount AS (x numeric(6,2), y text);
        CREATE TABLE judged (id integer, "bo""ol" boolean, i smallint, l bigint, f real, d double precision, n numeric(5,2), n1 numeric(1,1), day date, t time, ts timestamp,
          tz timestamptz, u uuid, s text, b bytea, li integer[], ls text[], st pair, ss amount[]);
        INSERT INTO judged VALUES
        (1, true, 32767, 9007199254740993, '-0', 'NaN', 0.05, -0.5, '1969-12-31', '23:59:59.999999', '1969-12-31 23:59:59.999999', '2024-02-29 14:00:00.000001+02',
          '00010203-0405-0607-0809-0a0b0c0d0e0f', E'🐘 ''"\\ e\u0001', '\x00ff', '{1,NULL,3}', ARRAY['a,"b"', NULL, 'NULL', ''], ROW(1, '{2024-01-01,NULL}')::pair, ARRAY[ROW(1.5, NULL), NULL]::amount[]),
        (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (3, false, 0, -1, 'Infinity', 5e-324, 999.99, 0.9, '0001-01-01', '00:00', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999+00',
          'ffffffff-ffff-ffff-ffff-ffffffffffff', '', '', '{}', '{}', ROW(NULL, '{}')::pair, '{}');
        INSERT INTO judged SELECT 4, true, 7, 7, 7, 7, 7, 0, '2024-01-01', '07:00', '2024-01-01 07:00', '2024-01-01 07:00Z', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'twin', '\x07', '{7}', '{7}',
          ROW(7, NULL)::pair, '{}' FROM generate_series(1, 2)
        """;

    private static readonly string[] Names = ["id", "bo\"ol", "i", "l", "f", "d", "n", "n1", "day", "t", "ts", "tz", "u", "s", "b", "li", "ls", "st", "ss"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Right_rows_of_every_type_agree()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(5, await Judge(folder, Right));
    }

    [Theory]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("'-0'::FLOAT", "0::FLOAT")]
    [InlineData("5e-324", "0")]
    [InlineData("0.05::DECIMAL(5, 2)", "0.06::DECIMAL(5, 2)")]
    [InlineData("DATE '1969-12-31'", "DATE '1970-01-01'")]
    [InlineData("TIME '23:59:59.999999'", "TIME '23:59:59.999998'")]
    [InlineData("12:00:00.000001+00", "12:00:00+00")]
    [InlineData("9999-12-31 23:59:59.999999+00", "9999-12-31 23:59:59.999998+00")]
    [InlineData("0b0c0d0e0f'::UUID", "0b0c0d0e0e'::UUID")]
    [InlineData("'twin'", "'twin '")]
    [InlineData("\\x00\\xFF'::BLOB", "\\x00\\xFE'::BLOB")]
    [InlineData("[1, NULL, 3]", "[1, NULL, 4]")]
    [InlineData("[1, NULL, 3]", "[1, 3]")]
    [InlineData("'NULL', ''", "NULL, ''")]
    [InlineData("'x': 1.50", "'x': 1.51")]
    public async Task A_changed_value_is_found(string right, string wrong)
    {
        Assert.Contains(right, Right, StringComparison.Ordinal);
        await Refuses(Right.Replace(right, wrong, StringComparison.Ordinal), "5 rows in PostgreSQL, 5");
    }

    [Theory]
    [InlineData("UUID, '', ''::BLOB", "UUID, NULL, ''::BLOB")]
    [InlineData("''::BLOB", "NULL::BLOB")]
    [InlineData("''::BLOB, []", "''::BLOB, NULL")]
    [InlineData("{'a b': NULL, 'dates': []}, []", "{'a b': NULL, 'dates': []}, NULL")]
    [InlineData("{'a b': NULL, 'dates': []}", "{'a b': NULL, 'dates': NULL}")]
    [InlineData("(2, NULL, NULL", "(2, false, NULL")]
    [InlineData("NULL, NULL, NULL)", "NULL, {'a b': NULL, 'dates': NULL}, NULL)")]
    public async Task Null_and_empty_are_not_the_same(string right, string wrong)
    {
        Assert.Contains(right, Right, StringComparison.Ordinal);
        await Refuses(Right.Replace(right, wrong, StringComparison.Ordinal), "5 rows in PostgreSQL, 5");
    }

    [Fact]
    public async Task A_missing_row_is_found_and_shown()
    {
        var message = await Refuses(Right[..Right.LastIndexOf("(4,", StringComparison.Ordinal)].TrimEnd(' ', ',', '\n'), "5 rows in PostgreSQL, 4");
        Assert.Contains("Only in PostgreSQL: 1 rows\n    1 × '4' | 'true' | '7'", message, StringComparison.Ordinal);
        Assert.Contains("Only in what was written: 0 rows", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_doubled_row_is_found_and_shown()
    {
        var message = await Refuses($"{Right},\n{Right[Right.LastIndexOf("(4,", StringComparison.Ordinal)..]}", "5 rows in PostgreSQL, 6");
        Assert.Contains("Only in PostgreSQL: 0 rows", message, StringComparison.Ordinal);
        Assert.Contains("Only in what was written: 1 rows\n    1 × '4' | 'true' | '7'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_ClickHouse_reads_differently_is_found_too()
    {
        using var folder = new TemporaryFolder();
        var right = Write(folder, "right", Right);
        var wrong = Write(folder, "wrong", Right.Replace("9007199254740993", "9007199254740992", StringComparison.Ordinal));
        var table = Table(folder, right) with { Written = Table(folder, wrong).Written with { Files = [right] } };
        var refusal = await Assert.ThrowsAsync<XunitException>(async () => await new Judge(await Database(), readers).Agrees(table, Cancellation));
        Assert.Contains("as ClickHouse reads them", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'9007199254740993'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sums_of_the_same_lines_are_equal_in_any_order_and_count_twins()
    {
        static RowSum Sum(params string[] lines) => lines.Aggregate(default(RowSum), (sum, line) => sum.With(line));
        Assert.Equal(Sum("a", "b", "b"), Sum("b", "a", "b"));
        Assert.NotEqual(Sum("a", "b", "b"), Sum("a", "a", "b"));
        Assert.NotEqual(Sum("a"), Sum("a", "b", "b"));
        await Task.CompletedTask;
    }

    private async Task<string> Refuses(string rows, string counts)
    {
        using var folder = new TemporaryFolder();
        var refusal = await Assert.ThrowsAsync<XunitException>(() => Judge(folder, rows));
        Assert.Contains(counts, refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }

    private async Task<long> Judge(TemporaryFolder folder, string rows) =>
        await new Judge(await Database(), readers).Agrees(Table(folder, Write(folder, "rows", rows)), Cancellation);

    private async Task<string> Database()
    {
        var database = await postgres.CreateDatabaseAsync("judge", Cancellation);
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(Source, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return database;
    }

    private static string Write(TemporaryFolder folder, string name, string rows)
    {
        var path = Path.Combine(folder.Path, $"{name}.parquet");
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        using var command = duck.CreateCommand();
        command.CommandText = $"COPY (SELECT * FROM (VALUES {rows}) AS t({string.Join(", ", Names.Select(Mammoth.Postgres.Catalog.Identifier.Quote))})) TO '{path}' (FORMAT parquet)";
        command.ExecuteNonQuery();
        return path;
    }

    private static JudgedTable Table(TemporaryFolder folder, string path)
    {
        var id = 100;
        NestedField Field(string name, IcebergType type) => new(++id, name, false, type);
        ListType List(IcebergType element) => new(++id, element, false);
        IcebergType[] types =
        [
            PrimitiveType.Int, PrimitiveType.Boolean, PrimitiveType.Int, PrimitiveType.Long, PrimitiveType.Float, PrimitiveType.Double, new DecimalType(5, 2), new DecimalType(1, 1),
            PrimitiveType.Date, PrimitiveType.Time, PrimitiveType.Timestamp, PrimitiveType.TimestampTz, PrimitiveType.Uuid, PrimitiveType.String, PrimitiveType.Binary,
            List(PrimitiveType.Int), List(PrimitiveType.String), new StructType([Field("a b", PrimitiveType.Int), Field("dates", List(PrimitiveType.Date))]),
            List(new StructType([Field("x", new DecimalType(6, 2)), Field("y", PrimitiveType.String)])),
        ];
        return new()
        {
            Relation = "public.judged",
            Written = new(new Schema(0, [.. Names.Zip(types, Field)], []), [path], $"file({ClickHouseText.Literal(path)}, Parquet)", folder.Path),
        };
    }
}
