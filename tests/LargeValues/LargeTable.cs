using System.Security.Cryptography;
using Apache.Arrow;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Postgres;
using Npgsql;

namespace Mammoth.Tests.LargeValues;

/// <summary>A database with the table <c>files</c>, of which some values are large where more than <see cref="Over"/> bytes are.</summary>
internal static class LargeTable
{
    public const long Over = 100_000;

    /// <summary>Rows 3, 6, 9 … have large bytes, rows 5, 10 … a large text of characters of one to four bytes, rows 7, 14 … a large document; every row has small values too.</summary>
    public const int Rows = 30;

    public static async Task<SourceDatabase> CreateAsync(PostgresFixture postgres, string purpose)
    {
        SourceDatabase database = await SourceDatabase.CreateAsync(postgres, purpose);
        await database.ExecuteAsync(
            $"""
            CREATE TABLE files (id int PRIMARY KEY, name text NOT NULL, content bytea, story text NOT NULL, document jsonb, plain bytea);
            CREATE FUNCTION noise(seed int, pieces int) RETURNS bytea LANGUAGE sql AS
                $$ SELECT string_agg(sha512(int8send(seed * 100000::bigint + i)), ''::bytea ORDER BY i) FROM generate_series(1, pieces) i $$;
            INSERT INTO files
            SELECT i, 'name ' || i,
                CASE WHEN i % 3 = 0 THEN noise(i, 2000 + i) WHEN i % 4 = 0 THEN NULL ELSE noise(i, 1) END,
                CASE WHEN i % 5 = 0 THEN repeat('aé€🦣' || i, 20000) ELSE 'short ' || i END,
                CASE WHEN i % 7 = 0 THEN jsonb_build_object('i', i, 'hex', encode(noise(i, 1500), 'hex')) WHEN i % 4 = 0 THEN NULL ELSE jsonb_build_object('i', i) END,
                noise(i, 2)
            FROM generate_series(1, {Rows}) i;
            CREATE TABLE small (id int PRIMARY KEY, content bytea);
            INSERT INTO small SELECT i, noise(i, 10) FROM generate_series(1, 3000) i;
            """);
        return database;
    }

    /// <summary>By row and column, the bytes that PostgreSQL says the large values have.</summary>
    public static async Task<SortedDictionary<string, byte[]>> ExpectedAsync(SourceDatabase database)
    {
        var expected = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach ((string column, string bytes) in new[] { ("content", "content"), ("story", "convert_to(story, 'UTF8')"), ("document", "convert_to(document::text, 'UTF8')") })
        {
            await using var command = new NpgsqlCommand($"SELECT id, {bytes} FROM files WHERE length({bytes}) > {Over}", database.Connection);
            await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await rows.ReadAsync(TestContext.Current.CancellationToken))
                expected.Add($"{rows.GetInt32(0)}.{column}", rows.GetFieldValue<byte[]>(1));
        }

        return expected;
    }

    public static async Task<TableMetadata> MetadataAsync(IFileIO io, string root, string table = "files") =>
        (await (await StorageCatalog.Open(io, root, readOnly: true, TestContext.Current.CancellationToken)).Load(new("public", table), TestContext.Current.CancellationToken))!.Metadata;

    /// <summary>By row and column, the references of the published table; a large value's own column must be null there.</summary>
    public static async Task<SortedDictionary<string, LargeValue>> ReferencesAsync(IFileIO io, TableMetadata table)
    {
        var found = new SortedDictionary<string, LargeValue>(StringComparer.Ordinal);
        var scan = new TableScan(io, table);
        await foreach (RecordBatch batch in scan.Read(TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                var ids = (Int32Array)batch.Column("id");
                foreach (string column in batch.Schema.FieldsList.Select(f => f.Name).Where(n => n.EndsWith("__large", StringComparison.Ordinal)))
                {
                    var references = (StructArray)batch.Column(column);
                    string own = column[..^"__large".Length];
                    for (int i = 0; i < batch.Length; i++)
                    {
                        if (references.IsNull(i))
                            continue;
                        Assert.True(batch.Column(own).IsNull(i), $"{own} of row {ids.GetValue(i)} is there twice");
                        found.Add($"{ids.GetValue(i)}.{own}", new(((StringArray)references.Fields[0]).GetString(i), ((Int64Array)references.Fields[1]).GetValue(i)!.Value, ((StringArray)references.Fields[2]).GetString(i)));
                    }
                }
            }
        }

        return found;
    }

    /// <summary>The objects hold exactly the bytes that PostgreSQL says, under the references' lengths and hashes.</summary>
    public static async Task JudgeAsync(IFileIO io, IReadOnlyDictionary<string, byte[]> expected, IReadOnlyDictionary<string, LargeValue> references)
    {
        Assert.Equal(expected.Keys, references.Keys);
        foreach ((string key, LargeValue reference) in references)
        {
            FileContent content = (await io.Read(reference.Location, TestContext.Current.CancellationToken))!;
            Assert.True(content.Bytes.Span.SequenceEqual(expected[key]), key);
            Assert.Equal((expected[key].LongLength, Convert.ToHexStringLower(SHA256.HashData(expected[key]))), (reference.Bytes, reference.Sha256));
        }
    }
}
