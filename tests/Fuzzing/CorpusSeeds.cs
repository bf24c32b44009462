using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Mammoth.Fuzz.Targets;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Cli;
using Mammoth.Tests.Data;
using Mammoth.Tests.Iceberg;
using Mammoth.Tests.Postgres;
using Mammoth.Tests.Postgres.Copy;
using Mammoth.Tests.Scans;
using Npgsql;

namespace Mammoth.Tests.Fuzzing;

/// <summary>Small files as their writers really make them: a PostgreSQL server, Mammoth, the reference implementation.</summary>
internal static class CorpusSeeds
{
    private static readonly string[] Configurations =
    [
        "{}",
        """{"policy": "quarantine", "largeValueBytes": 0, "maxCopySize": 1073741824, "sizes": {"mediumRows": 1000, "largeRows": 2000, "mediumBytes": 3000, "largeBytes": 4000}}""",
        """
        {
          "$schema": "mammoth.schema.json", // a comment
          "tables": {
            "public.customers": { "omit": ["password"], "filter": "country <> 'XX'", "mask": { "email": "hash", "phone": "null", "name": "constant:somebody" }, "policy": "fail", "policies": { "born": "string" } },
          }
        }
        """,
    ];

    /// <summary>By target and file.</summary>
    public static async Task<IReadOnlyDictionary<string, byte[]>> Make(CancellationToken cancellation)
    {
        var seeds = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        for (int i = 0; i < Configurations.Length; i++)
            seeds[$"configuration/{i}.json"] = Encoding.UTF8.GetBytes(Configurations[i]);
        seeds["deletes/arrays"] = DeletionVectorTests.Blob([0, 3, 6, 70_000, (1L << 32) + 1], runs: false);
        seeds["deletes/runs"] = DeletionVectorTests.Blob([.. Enumerable.Range(5, 300).Select(i => (long)i), 70_000, 70_001], runs: true);
        seeds["deletes/bits"] = DeletionVectorTests.Blob([.. Enumerable.Range(0, 4_200).Select(i => i * 3L)], runs: false);
        await FromServer(seeds, cancellation);
        await FromGolden(seeds, cancellation);
        await FromMammoth(seeds, cancellation);
        return seeds;
    }

    /// <summary>What a server sends: binary rows, and conversations from the first byte on.</summary>
    private static async Task FromServer(SortedDictionary<string, byte[]> seeds, CancellationToken cancellation)
    {
        await using OwnCluster cluster = await OwnCluster.StartAsync();
        await cluster.ExecuteAsync("CREATE ROLE trusted LOGIN; CREATE EXTENSION hstore");
        await cluster.ExecuteAsync("COPY (VALUES ('host all trusted 127.0.0.1/32 trust')) TO PROGRAM 'cat - pg_hba.conf > pg_hba.new && mv pg_hba.new pg_hba.conf'");
        await cluster.ExecuteAsync("SELECT pg_reload_conf()");
        string[] queries =
        [
            "SELECT g % 2 = 0, g::int2, g, g::int8 * 1000000007, 4711::oid, '00112233-4455-6677-8899-aabbccddeeff'::uuid, decode(repeat('00ff', g), 'hex') FROM generate_series(1, 3) g",
            "SELECT g::real / 3, g::float8 / 7, '2024-02-29'::date + g, '23:59:59.999999'::time, '1999-12-31 23:59:59'::timestamp, '2024-05-06 07:08:09+02'::timestamptz, '-12.34'::money FROM generate_series(1, 3) g",
            "SELECT 1234567.89::numeric(9,2) - g, 123456789012345678::numeric(18,0), 0.00000000000000000000000000000000000007::numeric(38,38), 'Ω ' || g, jsonb_build_object('a', g, 'b', NULL) FROM generate_series(1, 3) g",
            "SELECT hstore(ARRAY['a', 'b'], ARRAY['1', NULL]), ARRAY[1, NULL, g], ARRAY[['x', 'y'], [NULL, '']] FROM generate_series(1, 3) g UNION ALL SELECT NULL, '{}', NULL",
        ];
        await using (NpgsqlConnection connection = await cluster.ConnectAsync())
        {
            for (int i = 0; i < queries.Length; i++)
            {
                using var rows = new MemoryStream();
                await using (NpgsqlRawCopyStream copy = await connection.BeginRawBinaryCopyAsync($"COPY ({queries[i]}) TO STDOUT (FORMAT binary)", cancellation))
                    await copy.CopyToAsync(rows, cancellation);
                seeds[$"copy/{i}"] = [(byte)i, 0, .. rows.ToArray()];
            }
        }

        // Composite types have numbers of their own on each server.
        seeds["copy/4"] = [4, 7, .. new RandomWire(new Random(3)).Stream(CopyStreamTarget.Columns(4), 4).Sent];
        int port = new NpgsqlConnectionStringBuilder(cluster.ConnectionString).Port;
        seeds["protocol/rows"] = Talk(port, "trusted", "SELECT g, repeat('x', g) FROM generate_series(1, 5) g");
        seeds["protocol/notices"] = Talk(port, "trusted", "SELECT 1 FROM generate_series(1, 3)", "client_min_messages\0debug5\0");
        seeds["protocol/refused"] = Talk(port, "trusted", "SELECT * FROM nowhere");
        seeds["protocol/broken-off"] = Talk(port, "trusted", "SELECT 1 / (3 - g) FROM generate_series(1, 5) g");
        seeds["protocol/scram"] = Talk(port, "postgres", null);
        seeds["protocol/no-such-role"] = Talk(port, "nobody", null);

        // Found by fuzzing: messages that end before what they must hold, and an error that says nothing.
        byte[] welcome = Message('R', 0, 0, 0, 0);
        seeds["protocol/short-md5"] = Message('R', 0, 0, 0, 5, 1, 2);
        seeds["protocol/short-key"] = [.. welcome, .. Message('K', 0, 0)];
        seeds["protocol/short-scram"] = [.. Message('R', [0, 0, 0, 10, .. "SCRAM-SHA-256\0\0"u8]), .. Message('R', 0, 0, 0, 11)];
        seeds["protocol/short-request"] = Message('R', 0, 0);
        seeds["protocol/wordless"] = Message('E', 0);
    }

    private static byte[] Message(char kind, params byte[] content) => [(byte)kind, 0, 0, 0, (byte)(4 + content.Length), .. content];

    /// <summary>All that the server says, up to the end of the query, or of the first answer where there is none.</summary>
    private static byte[] Talk(int port, string user, string? query, string settings = "")
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 2_000 };
        socket.Connect("127.0.0.1", port);
        byte[] names = Encoding.UTF8.GetBytes($"user\0{user}\0database\0postgres\0{settings}\0");
        byte[] start = new byte[8 + names.Length];
        BinaryPrimitives.WriteInt32BigEndian(start, start.Length);
        BinaryPrimitives.WriteInt32BigEndian(start.AsSpan(4), 3 << 16);
        names.CopyTo(start, 8);
        socket.Send(start);
        var said = new List<byte>();
        if (query is null)
        {
            byte[] first = new byte[4096];
            return first[..socket.Receive(first)];
        }

        UntilReady(socket, said);

        // One format for all columns: binary.
        byte[] asked = [.. Message('P', [0, .. Encoding.UTF8.GetBytes(query), 0, 0, 0]), .. Message('B', 0, 0, 0, 0, 0, 0, 0, 1, 0, 1), .. Message('E', 0, 0, 0, 0, 0), .. Message('S')];
        socket.Send(asked);
        UntilReady(socket, said);
        return [.. said];
    }

    private static void UntilReady(Socket socket, List<byte> said)
    {
        byte[] head = new byte[5];
        do
        {
            Exactly(socket, head);
            byte[] content = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4];
            Exactly(socket, content);
            said.AddRange(head);
            said.AddRange(content);
        }
        while (head[0] != (byte)'Z');
    }

    private static void Exactly(Socket socket, byte[] target)
    {
        for (int at = 0; at < target.Length;)
        {
            int read = socket.Receive(target.AsSpan(at));
            Assert.True(read > 0, "The server has hung up.");
            at += read;
        }
    }

    /// <summary>The tables that the reference implementation wrote.</summary>
    private static async Task FromGolden(SortedDictionary<string, byte[]> seeds, CancellationToken cancellation)
    {
        foreach (string table in new[] { "az2", "az3" })
        {
            string[] files = [.. Directory.GetFiles(Path.Combine(DocumentationTests.Root(), "tests", "Golden", table, "metadata")).Order(StringComparer.Ordinal)];
            string[] manifests = [.. files.Where(f => f.EndsWith(".avro", StringComparison.Ordinal))];
            for (int i = 0; i < manifests.Length; i++)
                seeds[$"avro/{table}-{i}.avro"] = await File.ReadAllBytesAsync(manifests[i], cancellation);
            seeds[$"metadata/{table}.json"] = await File.ReadAllBytesAsync(files.Last(f => f.EndsWith(".metadata.json", StringComparison.Ordinal)), cancellation);
        }
    }

    private static async Task FromMammoth(SortedDictionary<string, byte[]> seeds, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var io = new LocalFileIO();
        var schema = new Mammoth.Iceberg.Schemas.Schema(1, [.. ParquetTarget.Schema.Fields.Take(5)], []);
        var random = new RandomRows(5);
        object?[][] rows = [.. Enumerable.Range(0, 12).Select(_ => schema.Fields.Select(random.Value).ToArray())];
        foreach (int groups in new[] { 1, 3 })
        {
            await using var writer = new DataFileWriter(io, $"{folder.Location}/{groups}.parquet", schema, new DataFileOptions { RowGroupRows = rows.Length / groups });
            writer.Write(ArrowRows.ToBatch(schema, rows));
            await writer.Complete(cancellation);
            seeds[$"parquet/{groups}.parquet"] = await File.ReadAllBytesAsync(Path.Combine(folder.Path, $"{groups}.parquet"), cancellation);
        }

        // Found by fuzzing: the column that is lacking was told, and not where.
        var lacking = new Mammoth.Iceberg.Schemas.Schema(1, [schema.Fields[1]], []);
        await using (var writer = new DataFileWriter(io, $"{folder.Location}/lacking.parquet", lacking, new DataFileOptions()))
        {
            writer.Write(ArrowRows.ToBatch(lacking, [["a"]]));
            await writer.Complete(cancellation);
        }

        seeds["parquet/lacking.parquet"] = await File.ReadAllBytesAsync(Path.Combine(folder.Path, "lacking.parquet"), cancellation);

        using var table = new LocalTable(ParquetTarget.Schema);
        await table.Commit(await table.DataFile([[1L, "a", null, null, null, 1.5]]));
        await table.Commit(await table.DataFile([[2L, null, null, null, null, double.NaN]]));
        seeds["avro/own-list.avro"] = await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(table.Path, "metadata"), "snap-*.avro").Order(StringComparer.Ordinal).First(), cancellation);
        seeds["avro/own-manifest.avro"] = await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(table.Path, "metadata"), "*.avro").First(f => !Path.GetFileName(f).StartsWith("snap-", StringComparison.Ordinal)), cancellation);
        seeds["metadata/own.json"] = Mammoth.Iceberg.Metadata.TableMetadataJson.Write(new RandomTable(3).Next());
        seeds["metadata/own-2.json"] = Mammoth.Iceberg.Metadata.TableMetadataJson.Write(table.Metadata);
        seeds["catalog/empty.json"] = Mammoth.Iceberg.Catalogs.CatalogDocument.Empty.Write();
        seeds["catalog/tables.json"] = Mammoth.Iceberg.Catalogs.CatalogDocument.Empty.With(
            [new(new("public", "orders"), 3, "_mammoth/metadata/a.json", "file:///lake/public/orders"), new(new("Odd \"Names\"", "Ω"), 1, "_mammoth/metadata/b.json", "abfss://c@a.dfs.core.windows.net/l/x")], "run-1").Write();
    }
}
