using System.Globalization;

namespace Mammoth.Benchmarks.Server;

/// <summary>A table that is measured: how it is made, and what DuckDB needs to know to read it as CSV.</summary>
/// <param name="Rows">At scale 1.</param>
/// <param name="Columns">The table's columns, as SQL.</param>
/// <param name="Query">Gives the rows in order; <c>$rows</c> stands for how many.</param>
/// <param name="CsvTypes">DuckDB's type of each column of the CSV.</param>
/// <param name="CsvSelect">What DuckDB writes of them, that the Parquet file has the types that Mammoth's has.</param>
internal sealed record BenchTable(string Name, long Rows, string Columns, string Key, string Query, IReadOnlyList<(string Name, string Type)> CsvTypes, string CsvSelect)
{
    /// <summary>The database of the tables; each other case has one of its own.</summary>
    public const string Database = "bench";

    /// <summary>To be raised when what a table holds is changed.</summary>
    private const int Version = 1;

    /// <summary>TPC-H's table, with its distributions, but for the order key's gaps.</summary>
    public static BenchTable LineItem { get; } = new(
        "lineitem", 6_000_000,
        """
        orderkey bigint not null, partkey bigint not null, suppkey bigint not null, linenumber int not null,
        quantity numeric(15,2) not null, extendedprice numeric(15,2) not null, discount numeric(15,2) not null, tax numeric(15,2) not null,
        returnflag char(1) not null, linestatus char(1) not null, shipdate date not null, commitdate date not null, receiptdate date not null,
        shipinstruct char(25) not null, shipmode char(10) not null, comment varchar(44) not null
        """,
        "orderkey, linenumber",
        """
        SELECT (o / 8) * 32 + o % 8, partkey, 1 + (partkey + l * 2501) % 10000, l, quantity,
               quantity * (90000 + (partkey / 10) % 20001 + 100 * (partkey % 1000)) / 100,
               (h3 % 11) / 100.0, (h3 / 11 % 9) / 100.0,
               CASE WHEN ship + receipt > date '1995-06-17' THEN 'N' WHEN h3 & 1024 = 0 THEN 'R' ELSE 'A' END,
               CASE WHEN ship > date '1995-06-17' THEN 'O' ELSE 'F' END,
               ship, ship + commit, ship + receipt,
               (array['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'])[1 + h3 / 128 % 4],
               (array['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'])[1 + h3 / 512 % 7],
               rtrim(substr(a.words || b.words, 1 + h4 % 14, 10 + h4 / 16 % 34))
        FROM (SELECT o, l, h3, h4,
                     1 + h1 % 200000 AS partkey, 1 + h2 % 50 AS quantity,
                     date '1992-01-02' + (h2 / 64 % 2525) AS ship, (h3 / 4096 % 90) - 30 AS commit, 1 + (h3 / 524288 % 30) AS receipt,
                     h1 / 65536 % 10000 AS first, h2 / 262144 % 10000 AS second
              FROM (SELECT o, l,
                           (hashint8extended(o * 8 + l, 1) & 2147483647)::int AS h1, (hashint8extended(o * 8 + l, 2) & 2147483647)::int AS h2,
                           (hashint8extended(o * 8 + l, 3) & 2147483647)::int AS h3, (hashint8extended(o * 8 + l, 4) & 2147483647)::int AS h4
                    FROM generate_series(0, $rows) o
                    CROSS JOIN LATERAL generate_series(1, 1 + (hashint8extended(o, 0) & 2147483647)::int % 7) l
                    LIMIT $rows) hashed) line
        JOIN phrase a ON a.number = line.first JOIN phrase b ON b.number = line.second
        """,
        [
            ("orderkey", "BIGINT"), ("partkey", "BIGINT"), ("suppkey", "BIGINT"), ("linenumber", "INTEGER"), ("quantity", "DECIMAL(15,2)"),
            ("extendedprice", "DECIMAL(15,2)"), ("discount", "DECIMAL(15,2)"), ("tax", "DECIMAL(15,2)"), ("returnflag", "VARCHAR"), ("linestatus", "VARCHAR"),
            ("shipdate", "DATE"), ("commitdate", "DATE"), ("receiptdate", "DATE"), ("shipinstruct", "VARCHAR"), ("shipmode", "VARCHAR"), ("comment", "VARCHAR"),
        ],
        "*");

    /// <summary>Many types, a fifth of the values null.</summary>
    public static BenchTable Mixed { get; } = new(
        "mixed", 5_000_000,
        """
        id bigint not null, uid uuid, at timestamptz, name text, document jsonb, flag boolean, ratio double precision, amount numeric(12,4), numbers int[], bytes bytea
        """,
        "id",
        """
        SELECT id,
               CASE WHEN h1 % 5 > 0 THEN md5(id::text)::uuid END,
               CASE WHEN h1 / 5 % 5 > 0 THEN timestamptz '2020-01-01 00:00:00+00' + id * interval '7 seconds' + (h2 % 5000000) * interval '1 microsecond' END,
               CASE WHEN h1 / 25 % 5 > 0 THEN substr(a.words || b.words, 1 + h2 % 14, 12 + h2 / 16 % 48) END,
               CASE WHEN h1 / 125 % 5 > 0 THEN jsonb_build_object('id', id, 'kind', (array['view', 'click', 'order', 'return'])[1 + h3 % 4], 'note', left(b.words, 20), 'score', h3 % 1000, 'ok', h3 % 2 = 0) END,
               CASE WHEN h1 / 625 % 5 > 0 THEN h2 % 3 = 0 END,
               CASE WHEN h1 / 3125 % 5 > 0 THEN h2 / 2147483647.0::float8 * 1000 END,
               CASE WHEN h1 / 15625 % 5 > 0 THEN (h3 % 100000000) / 10000.0 END,
               CASE WHEN h1 / 78125 % 5 > 0 THEN (array[h2 % 1000, h3 % 1000, h4 % 1000, h2 / 1024 % 1000, h3 / 1024 % 1000])[1:h4 % 6] END,
               CASE WHEN h1 / 390625 % 5 > 0 THEN substr(sha512(int8send(id)), 1, 8 + h4 / 8 % 40) END
        FROM (SELECT id,
                     (hashint8extended(id, 1) & 2147483647)::int AS h1, (hashint8extended(id, 2) & 2147483647)::int AS h2,
                     (hashint8extended(id, 3) & 2147483647)::int AS h3, (hashint8extended(id, 4) & 2147483647)::int AS h4
              FROM generate_series(1::bigint, $rows) id) hashed
        JOIN phrase a ON a.number = h3 / 128 % 10000 JOIN phrase b ON b.number = h4 / 128 % 10000
        """,
        [
            ("id", "BIGINT"), ("uid", "UUID"), ("at", "TIMESTAMPTZ"), ("name", "VARCHAR"), ("document", "VARCHAR"), ("flag", "BOOLEAN"), ("ratio", "DOUBLE"),
            ("amount", "DECIMAL(12,4)"), ("numbers", "VARCHAR"), ("bytes", "VARCHAR"),
        ],
        "* REPLACE (CASE WHEN numbers = '{}' THEN [] ELSE string_split(numbers[2:-2], ',')::INTEGER[] END AS numbers, unhex(bytes[3:]) AS bytes)");

    public static IReadOnlyList<BenchTable> All { get; } = [LineItem, Mixed];

    /// <summary>Ten thousand phrases of the kind that TPC-H's comments are cut from.</summary>
    private const string Phrases = """
        CREATE TABLE phrase AS
        SELECT number, concat_ws(' ',
            (array['final', 'regular', 'ironic', 'special', 'express', 'pending', 'furious', 'quick', 'careful', 'bold', 'silent', 'even'])[1 + h % 12],
            (array['deposits', 'requests', 'accounts', 'packages', 'foxes', 'ideas', 'theodolites', 'pinto beans', 'instructions', 'dependencies', 'platelets', 'asymptotes', 'courts'])[1 + h / 16 % 13],
            (array['sleep', 'wake', 'haggle', 'nag', 'cajole', 'boost', 'detect', 'integrate', 'use', 'doze', 'are', 'affix', 'engage'])[1 + h / 256 % 13],
            (array['above', 'across', 'against', 'along', 'after', 'among', 'around', 'beneath', 'blithely', 'furiously', 'slyly', 'carefully'])[1 + h / 4096 % 12],
            'the', (array['slow', 'even', 'unusual', 'dogged', 'daring', 'brave', 'close'])[1 + h / 65536 % 7]) || ' ' AS words
        FROM (SELECT number, (hashint8extended(number, 9) & 2147483647)::int AS h FROM generate_series(0, 9999) number) hashed
        """;

    /// <summary>The table with so many rows, made where it is not there yet, and read once where it is, so that no disk has a part in what is measured.</summary>
    /// <returns>How many rows it has.</returns>
    public async Task<long> MakeAsync(BenchServer server, double scale, Action<string> tell, CancellationToken cancellationToken)
    {
        long rows = (long)(Rows * scale);
        string mark = string.Create(CultureInfo.InvariantCulture, $"{rows} rows, version {Version}");
        await BenchDatabase.MakeAsync(server, Database, [], tell, cancellationToken);
        if (await server.ScalarAsync<string>(Database, $"SELECT coalesce(obj_description(to_regclass('{Name}')), '')", cancellationToken) == mark)
        {
            // Whole rows: the number alone would be taken from the key's index.
            await server.ScalarAsync<long>(Database, $"SELECT count(r) FROM {Name} r", cancellationToken);
            return rows;
        }

        tell($"Making {Name} with {rows:N0} rows");
        string number = rows.ToString(CultureInfo.InvariantCulture);
        await BenchDatabase.RunAsync(
            server, Database,
            [
                "DROP TABLE IF EXISTS phrase", Phrases, "ANALYZE phrase",
                $"DROP TABLE IF EXISTS {Name}", $"CREATE TABLE {Name} ({Columns})",

                // Rows come in the order of their keys, as in a table that grew.
                "SET max_parallel_workers_per_gather = 0", "SET enable_mergejoin = off", "SET work_mem = '256MB'",
                $"INSERT INTO {Name} {Query.Replace("$rows", number, StringComparison.Ordinal)}",
                $"ALTER TABLE {Name} ADD PRIMARY KEY ({Key})", "DROP TABLE phrase",
                $"VACUUM (FREEZE, ANALYZE) {Name}", $"COMMENT ON TABLE {Name} IS '{mark}'", "CHECKPOINT",
            ],
            cancellationToken);
        return rows;
    }

    /// <summary>How many rows a table has; 0 where it is not there.</summary>
    public static async Task<long> RowsOfAsync(BenchServer server, string table, CancellationToken cancellationToken)
    {
        await BenchDatabase.MakeAsync(server, Database, [], _ => { }, cancellationToken);
        return await server.ScalarAsync<bool>(Database, $"SELECT to_regclass('{table}') IS NULL", cancellationToken)
            ? 0
            : await server.ScalarAsync<long>(Database, $"SELECT count(*) FROM {table}", cancellationToken);
    }
}
