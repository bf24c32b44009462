using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Data;

public sealed class ParquetSchemaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_node_has_its_field_id_and_the_type_of_the_specification()
    {
        var schema = new Schema(0,
        [
            new(1, "id", true, PrimitiveType.Long),
            new(2, "b", false, PrimitiveType.Boolean),
            new(3, "i", false, PrimitiveType.Int),
            new(4, "f", false, PrimitiveType.Float),
            new(5, "d", false, PrimitiveType.Double),
            new(6, "dt", false, PrimitiveType.Date),
            new(7, "t", false, PrimitiveType.Time),
            new(8, "ts", false, PrimitiveType.Timestamp),
            new(9, "tstz", false, PrimitiveType.TimestampTz),
            new(10, "s", false, PrimitiveType.String),
            new(11, "u", false, PrimitiveType.Uuid),
            new(12, "fx", false, new FixedType(4)),
            new(13, "bin", false, PrimitiveType.Binary),
            new(14, "d9", false, new DecimalType(9, 2)),
            new(15, "d18", false, new DecimalType(18, 4)),
            new(16, "d38", false, new DecimalType(38, 10)),
            new(17, "l", false, new ListType(20, PrimitiveType.String, false)),
            new(18, "m", false, new MapType(21, PrimitiveType.String, 22, PrimitiveType.Long, false)),
            new(19, "a b", true, new StructType([new(23, "1x", true, PrimitiveType.Int), new(24, "y", false, new ListType(25, new DecimalType(19, 3), true))])),
        ], []);
        string[] expected =
        [
            "table||REQUIRED|19|||",
            "id|INT64|REQUIRED|||1|",
            "b|BOOLEAN|OPTIONAL|||2|",
            "i|INT32|OPTIONAL|||3|",
            "f|FLOAT|OPTIONAL|||4|",
            "d|DOUBLE|OPTIONAL|||5|",
            "dt|INT32|OPTIONAL|||6|DateType()",
            "t|INT64|OPTIONAL|||7|TimeType(isAdjustedToUTC=0, unit=TimeUnit(MILLIS=<null>, MICROS=MicroSeconds(), NANOS=<null>))",
            "ts|INT64|OPTIONAL|||8|TimestampType(isAdjustedToUTC=0, unit=TimeUnit(MILLIS=<null>, MICROS=MicroSeconds(), NANOS=<null>))",
            "tstz|INT64|OPTIONAL|||9|TimestampType(isAdjustedToUTC=1, unit=TimeUnit(MILLIS=<null>, MICROS=MicroSeconds(), NANOS=<null>))",
            "s|BYTE_ARRAY|OPTIONAL|||10|StringType()",
            "u|FIXED_LEN_BYTE_ARRAY|OPTIONAL||16|11|UUIDType()",
            "fx|FIXED_LEN_BYTE_ARRAY|OPTIONAL||4|12|",
            "bin|BYTE_ARRAY|OPTIONAL|||13|",
            "d9|INT32|OPTIONAL|||14|DecimalType(scale=2, precision=9)",
            "d18|INT64|OPTIONAL|||15|DecimalType(scale=4, precision=18)",
            "d38|FIXED_LEN_BYTE_ARRAY|OPTIONAL||16|16|DecimalType(scale=10, precision=38)",
            "l||OPTIONAL|1||17|ListType()",
            "list||REPEATED|1|||",
            "element|BYTE_ARRAY|OPTIONAL|||20|StringType()",
            "m||OPTIONAL|1||18|MapType()",
            "key_value||REPEATED|2|||",
            "key|BYTE_ARRAY|REQUIRED|||21|StringType()",
            "value|INT64|OPTIONAL|||22|",
            "a_x20b||REQUIRED|2||19|",
            "_1x|INT32|REQUIRED|||23|",
            "y||OPTIONAL|1||24|ListType()",
            "list||REPEATED|1|||",
            "element|FIXED_LEN_BYTE_ARRAY|REQUIRED||9|25|DecimalType(scale=3, precision=19)",
        ];
        await Write(schema);
        var actual = DuckText.Query($"SELECT name, type, repetition_type, num_children, type_length, field_id, logical_type FROM parquet_schema('{_folder.Path}/f.parquet')")
            .Select(row => string.Join('|', row));
        Assert.Equal(expected, actual);
        var header = DuckText.Query($"SELECT key::VARCHAR, decode(value) FROM parquet_kv_metadata('{_folder.Path}/f.parquet')");
        Assert.Equal(["iceberg.schema", SchemaJson.ToJson(schema)], Assert.Single(header));
        Assert.Matches(@"^Mammoth version \d+\.\d+\.\d+$", (string)DuckText.Query($"SELECT created_by FROM parquet_file_metadata('{_folder.Path}/f.parquet')").Single()[0]!);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(19, 9)]
    [InlineData(20, 9)]
    [InlineData(21, 9)]
    [InlineData(22, 10)]
    [InlineData(38, 16)]
    public void Wide_decimals_take_the_fewest_bytes_that_hold_every_value(int precision, int bytes) =>
        Assert.Equal(bytes, ParquetLayout.DecimalLength(precision));

    [Fact]
    public void Nanoseconds_are_refused_when_writing()
    {
        var schema = new Schema(0, [new(1, "ns", false, PrimitiveType.TimestampNs)], []);
        Assert.Contains("microseconds", Assert.Throws<NotSupportedException>(() => Open(schema)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private DataFileWriter Open(Schema schema) => new(new LocalFileIO(), $"{_folder.Location}/f.parquet", schema);

    private async Task Write(Schema schema)
    {
        await using var writer = Open(schema);
        await writer.Complete(Cancellation);
    }
}
