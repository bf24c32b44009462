using System.Buffers;
using System.Text;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.Texts;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.Types;
using Mammoth.Tests.Types.Values;
using Npgsql;

namespace Mammoth.Tests.Quarantine;

/// <summary>Values on the wire are printed as PostgreSQL itself prints them: random ones of every type that has a wire form of its own.</summary>
public sealed class WireTextTests(TypeMigration migration) : IClassFixture<TypeMigration>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Types => [.. TypeCase.All.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Reads_as_psql_prints_it(string name)
    {
        TypeCase type = TypeCase.All[name];
        await migration.Ended();
        if (migration.Missing(type) is { } reason)
            Assert.Skip(reason);
        TableReport table = migration.Report.Tables.Single(t => t.Namespace == "types" && t.Name == type.Name);
        var site = await migration.Warehouse.Site(migration.Source, Cancellation);
        var columns = SourceColumns.Of((await site.Load(table.Namespace, table.Name, Cancellation))!);

        // What is cast by the server has no wire form of its own; an amount of money has no text that is the same everywhere.
        foreach (SourceColumn column in columns.Where(c => c.Wire is not CopyType.Money and not CopyType.Array { Element: CopyType.Money }))
        {
            if (table.Columns.Single(c => c.Name == column.Name).Note is not null || type.Sql.Contains("geo", StringComparison.Ordinal))
                continue;
            string v = Identifier.Quote(column.Source);
            Assert.Equal(
                await Query($"SELECT pg_catalog.format('%s', {v}) FROM {TypeMigration.Relation(type)} WHERE {v} IS DISTINCT FROM NULL ORDER BY id"),
                await Wire(column.Wire, $"SELECT {v} FROM {TypeMigration.Relation(type)} WHERE {v} IS DISTINCT FROM NULL ORDER BY id"));
        }
    }

    [Theory]
    [InlineData("float8", "unnest('{0,-0,1,-1,1e15,1e14,999999999999999,123456789012345680,1e-4,1e-5,1.5e-7,0.1,1e300,5e-324,1e23,1.7976931348623157e308,9007199254740993,NaN,Infinity,-Infinity,0.30000000000000004}'::float8[])")]
    [InlineData("float4", "unnest('{0,-0,1e5,1e6,999999,1234567,1e-4,1e-5,0.1,3.4e38,1e-45,113305056,NaN,Infinity,-Infinity}'::float4[])")]
    [InlineData("numeric", "unnest('{0,0.00,-0.5,1,10000,100000000,1e30,-1e-30,12345.678900,0.00010000,NaN,Infinity,-Infinity}'::numeric[])")]
    [InlineData("date", "unnest('{infinity,-infinity,0001-01-01,0001-12-31 BC,0005-02-29 BC,0004-02-28 BC,4714-11-24 BC,5874897-12-31,2000-02-29,1900-03-01}'::date[])")]
    [InlineData("timestamptz", "unnest('{infinity,-infinity,1999-12-31 23:59:59.999999,0001-12-31 23:00:00.5 BC,294276-12-31 23:59:59.999999}'::timestamptz[])")]
    [InlineData("time", "unnest('{00:00,24:00,23:59:59.999999,01:02:03.1,01:02:03.000010}'::time[])")]
    [InlineData("text[]", "unnest(ARRAY['{}', '{NULL,\"NULL\",null,\"\"}', '[-1:0][2:3]={{a,b},{\"c d\",\"{\"}}', '{\"a\\\\b\\\"c\"}', '{ü,\"a,b\"}']::text[])::text[]")]
    public async Task So_do_the_odd_ones(string type, string values)
    {
        await migration.Ended();
        CopyType wire = type switch
        {
            "float8" => new CopyType.Float8(),
            "float4" => new CopyType.Float4(),
            "numeric" => new CopyType.Numeric(38, 2),
            "date" => new CopyType.Date(),
            "timestamptz" => new CopyType.TimestampTz(),
            "time" => new CopyType.Time(),
            _ => new CopyType.Array(25, new CopyType.Text()),
        };
        Assert.Equal(await Query($"SELECT pg_catalog.format('%s', v) FROM (SELECT {values}) q(v)"), await Wire(wire, $"SELECT v FROM (SELECT {values}) q(v)"));
    }

    [Fact]
    public void Money_is_its_amount()
    {
        Assert.Equal(["-0.05", "0.00", "1234.56", "-92233720368547758.08"], new[] { -5, 0, 123456, long.MinValue }.Select(v => Text(new CopyType.Money(2), Wire(v))));
        Assert.Equal("7", Text(new CopyType.Money(0), Wire(7)));

        static byte[] Wire(long value)
        {
            byte[] wire = new byte[8];
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(wire, value);
            return wire;
        }
    }

    [Fact]
    public void Bytes_that_are_no_value_of_the_type_have_no_text()
    {
        var random = new Random(4);
        CopyType[] types = [new CopyType.Int4(), new CopyType.Numeric(9, 2), new CopyType.Hstore(), new CopyType.Array(25, new CopyType.Text()), new CopyType.Composite([new("a", 23, new CopyType.Int4())]), new CopyType.Uuid(), new CopyType.Time()];
        foreach (CopyType type in types)
        {
            for (int i = 0; i < 500; i++)
            {
                byte[] bytes = new byte[random.Next(40)];
                random.NextBytes(bytes);
                if (bytes.Length > 3 && i % 2 == 0)
                    bytes.AsSpan(0, 3).Clear();

                // Whatever they are, it says so and does not fail.
                _ = WireText.TryWrite(type, bytes, new ArrayBufferWriter<byte>());
            }

            Assert.False(WireText.TryWrite(type, new byte[3], new ArrayBufferWriter<byte>()), $"{type}");
        }

        Assert.False(WireText.TryWrite(new CopyType.Text(), [0xC3], new ArrayBufferWriter<byte>()));
    }

    private static string Text(CopyType type, ReadOnlySpan<byte> wire)
    {
        var text = new ArrayBufferWriter<byte>();
        Assert.True(WireText.TryWrite(type, wire, text), $"{type} {Convert.ToHexString(wire)}");
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>The values of a query's only column as they come in binary COPY, printed by us.</summary>
    private async Task<List<string>> Wire(CopyType type, string sql)
    {
        await using NpgsqlConnection connection = await Open();
        await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY ({sql}) TO STDOUT (FORMAT binary)", Cancellation);
        using var all = new MemoryStream();
        await copy.CopyToAsync(all, Cancellation);
        return Printed(type, all.ToArray());
    }

    private static List<string> Printed(CopyType type, byte[] stream)
    {
        var texts = new List<string>();
        var fields = new WireFields(stream.AsSpan()[19..]);
        ReadOnlySpan<byte> rest = stream.AsSpan()[19..];
        while (rest is not [0xff, 0xff])
        {
            Assert.True(fields.Skip(2));
            Assert.True(fields.TryNext(out ReadOnlySpan<byte> value, out bool isNull) && !isNull);
            texts.Add(Text(type, value));
            rest = rest[(6 + value.Length)..];
        }

        return texts;
    }

    private async Task<List<string>> Query(string sql)
    {
        await using NpgsqlConnection connection = await Open();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var texts = new List<string>();
        while (await reader.ReadAsync(Cancellation))
            texts.Add(reader.GetString(0));
        return texts;
    }

    private async Task<NpgsqlConnection> Open()
    {
        var connection = new NpgsqlConnection(migration.Source);
        await connection.OpenAsync(Cancellation);
        await using var settings = new NpgsqlCommand(PostgresText.Session, connection);
        await settings.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }
}
