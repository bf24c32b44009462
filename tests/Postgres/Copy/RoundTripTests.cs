using Apache.Arrow;
using Mammoth.Postgres.Copy;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Every wire form, with random values, from a real server into Arrow and back.</summary>
public sealed class RoundTripTests(PostgresFixture postgres)
{
    public static TheoryData<string> Cases => [.. WireCase.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_was_decoded_is_encoded_to_the_same_bytes_and_the_same_rows(string name)
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "roundtrip");
        await database.ExecuteAsync(WireCase.Setup);
        await database.Connection.ReloadTypesAsync(TestContext.Current.CancellationToken);
        WireCase wire = WireCase.All[name];
        var random = new Random(name.Length * 7919 + name[0]);
        await database.ExecuteAsync($"CREATE TABLE t (v {wire.SqlType}); CREATE TABLE back (LIKE t)");
        await database.ExecuteAsync($"INSERT INTO t VALUES {wire.Values(random, 1000)}");
        if (wire.Expression is { } expression)
            await database.ExecuteAsync($"INSERT INTO t SELECT {expression} FROM generate_series(1, 1000)");
        IReadOnlyList<CopyColumn> columns = [new("v", await FormAsync(database, wire))];

        byte[] sent = await database.CopyOutAsync("SELECT v FROM t");
        byte[] canonical = [.. sent];
        var decoder = new CopyDecoder(columns, new CopyDecoderOptions { BatchRows = 300 });
        List<RecordBatch> batches = Streams.Decode(decoder, canonical, random, 5000);
        byte[] encoded = Streams.Encode(columns, batches, out RowDigest digest);

        Assert.Equal(canonical, encoded);
        Assert.Equal(decoder.Totals.Digest, digest);
        Assert.Equal(await database.QueryAsync<long>("SELECT count(*) FROM t"), digest.Rows);
        await database.CopyInAsync("back (v)", encoded);
        Assert.Equal(0, await database.QueryAsync<long>("SELECT count(*) FROM (SELECT v::text FROM t EXCEPT ALL SELECT v::text FROM back) d"));
        Assert.Equal(0, await database.QueryAsync<long>("SELECT count(*) FROM (SELECT v::text FROM back EXCEPT ALL SELECT v::text FROM t) d"));
    }

    [Fact]
    public async Task All_forms_side_by_side_survive_batches_of_every_size()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "sidebyside");
        await database.ExecuteAsync(WireCase.Setup);
        var random = new Random(17);
        List<CopyColumn> columns = [];
        foreach ((string name, WireCase wire) in WireCase.All)
            columns.Add(new CopyColumn(name, await FormAsync(database, wire)));
        await database.ExecuteAsync($"CREATE TABLE t ({string.Join(", ", WireCase.All.Values.Select((w, i) => $"c{i} {w.SqlType}"))})");
        for (int i = 0; i < 40; i++)
        {
            string values = string.Join(", ", WireCase.All.Values.Select(w => w.Values(random, 1)));
            await database.ExecuteAsync($"INSERT INTO t VALUES ({values})");
        }

        byte[] sent = await database.CopyOutAsync("SELECT * FROM t");
        foreach ((int rows, int bytes) in new[] { (1, int.MaxValue), (7, int.MaxValue), (1000, 3000), (1000, 1), (1000, int.MaxValue) })
        {
            byte[] canonical = [.. sent];
            var decoder = new CopyDecoder(columns, new CopyDecoderOptions { BatchRows = rows, BatchBytes = bytes });
            List<RecordBatch> batches = Streams.Decode(decoder, canonical, random, random.Next(2, 4000));
            Assert.All(batches, b => Assert.InRange(b.Length, 1, rows));
            Assert.Equal(40, batches.Sum(b => b.Length));
            byte[] encoded = Streams.Encode(columns, batches, out RowDigest digest);
            Assert.Equal(canonical, encoded);
            Assert.Equal(decoder.Totals.Digest, digest);
            batches.ForEach(b => b.Dispose());
        }
    }

    [Fact]
    public async Task A_slice_of_a_batch_is_encoded_as_its_rows()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "slices");
        await database.ExecuteAsync(WireCase.Setup);
        foreach ((string name, WireCase wire) in WireCase.All)
        {
            IReadOnlyList<CopyColumn> columns = [new(name, await FormAsync(database, wire))];
            byte[] sent = await database.CopyOutAsync($"VALUES {wire.Values(new Random(5), 50)}");
            RecordBatch batch = Assert.Single(Streams.Decode(new CopyDecoder(columns), sent, new Random(1)));
            using var encoder = new CopyEncoder(columns);
            RowDigest whole = encoder.Digest(batch);
            RowDigest parts = encoder.Digest(batch.Slice(0, 13)) + encoder.Digest(batch.Slice(13, 20)) + encoder.Digest(batch.Slice(33, 17));
            Assert.Equal(whole, parts);
        }
    }

    private static async Task<CopyType> FormAsync(SourceDatabase database, WireCase wire)
    {
        Dictionary<string, uint> oids = [];
        foreach (string type in (string[])["int4", "text", "timestamptz", "positive", "text[]", "point3", "point3[]", "hstore", "mood", "bool", "jsonb", "bytea", "uuid", "numeric", "nest"])
            oids[type] = await database.QueryAsync<uint>($"SELECT '{type}'::regtype::oid");
        return wire.Type(type => oids[type.Split('(')[0]]);
    }
}
