using System.Numerics;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Schemas;

public sealed class SingleValueTests
{
    public static TheoryData<string, object, string> Examples => new()
    {
        // The specification's forms, worked out by hand.
        { "boolean", false, "00" },
        { "boolean", true, "01" },
        { "int", -2, "FEFFFFFF" },
        { "long", 34L, "2200000000000000" },
        { "float", 1.0f, "0000803F" },
        { "double", -0.0, "0000000000000080" },
        { "date", 17486, "4E440000" },
        { "time", 1L, "0100000000000000" },
        { "timestamp", -1L, "FFFFFFFFFFFFFFFF" },
        { "timestamptz", 1_510_871_468_000_000L, "00C3262D215E0500" },
        { "timestamp_ns", 5L, "0500000000000000" },
        { "string", "iceberg", "69636562657267" },
        { "string", "", "" },
        { "uuid", Guid.Parse("f79c3e09-677c-4bbd-a479-3f349cb785e7"), "F79C3E09677C4BBDA4793F349CB785E7" },
        { "fixed[3]", new byte[] { 0, 1, 255 }, "0001FF" },
        { "binary", new byte[] { 7 }, "07" },
        { "decimal(9, 2)", new BigInteger(1420), "058C" },
        { "decimal(9, 2)", new BigInteger(0), "00" },
        { "decimal(9, 2)", new BigInteger(-1), "FF" },
        { "decimal(9, 2)", new BigInteger(128), "0080" },
        { "decimal(9, 2)", new BigInteger(-128), "80" },
        { "decimal(9, 2)", new BigInteger(-129), "FF7F" },
        { "decimal(38, 0)", BigInteger.Pow(10, 38) - 1, "4B3B4CA85A86C47A098A223FFFFFFFFF" },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Values_have_the_bytes_of_the_specification(string type, object value, string hex)
    {
        var parsed = TypeName.Parse(type);
        Assert.Equal(hex, Convert.ToHexString(SingleValue.Serialize(parsed, value)));
        Assert.Equal(value, SingleValue.Deserialize(parsed, Convert.FromHexString(hex)));
    }

    [Fact]
    public void Random_values_survive()
    {
        var random = new Random(20);
        for (var i = 0; i < 2000; i++)
        {
            var (type, value) = RandomValue(random, i % 8);
            Assert.Equal(value, SingleValue.Deserialize(type, SingleValue.Serialize(type, value)));
        }
    }

    [Theory]
    [InlineData("long", "FEFFFFFF", -2L)]
    [InlineData("double", "0000803F", 1.0)]
    [InlineData("timestamp", "FFFFFFFF", -86_400_000_000L)]
    [InlineData("timestamp_ns", "01000000", 86_400_000_000_000L)]
    public void Bounds_written_before_a_column_was_widened_are_read_as_the_wider_type(string type, string hex, object value) =>
        Assert.Equal(value, SingleValue.Deserialize(TypeName.Parse(type), Convert.FromHexString(hex)));

    [Theory]
    [InlineData("int", "FE")]
    [InlineData("uuid", "00")]
    [InlineData("decimal(3, 0)", "")]
    [InlineData("variant", "00")]
    public void Bytes_that_are_no_value_are_refused(string type, string hex) =>
        Assert.Throws<FormatException>(() => SingleValue.Deserialize(TypeName.Parse(type), Convert.FromHexString(hex)));

    [Theory]
    [InlineData("int", 1L)]
    [InlineData("string", 1)]
    [InlineData("uuid", "f79c3e09-677c-4bbd-a479-3f349cb785e7")]
    public void A_value_of_another_type_is_refused(string type, object value) =>
        Assert.Throws<ArgumentException>(() => SingleValue.Serialize(TypeName.Parse(type), value));

    [Fact]
    public void Fixed_values_of_a_wrong_length_are_refused() =>
        Assert.Throws<ArgumentException>(() => SingleValue.Serialize(new FixedType(4), new byte[3]));

    private static (IcebergType, object) RandomValue(Random random, int kind)
    {
        var bytes = new byte[random.Next(1, 16)];
        random.NextBytes(bytes);
        return kind switch
        {
            0 => (PrimitiveType.Int, random.Next(int.MinValue, int.MaxValue)),
            1 => (PrimitiveType.TimestampTz, random.NextInt64(long.MinValue, long.MaxValue)),
            2 => (PrimitiveType.Double, BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))),
            3 => (new DecimalType(38, 5), new BigInteger(bytes)),
            4 => (PrimitiveType.Uuid, Guid.NewGuid()),
            5 => (PrimitiveType.Binary, bytes),
            6 => (PrimitiveType.String, new string([.. bytes.Select(b => (char)(b * 37))])),
            _ => (PrimitiveType.Float, random.NextSingle()),
        };
    }
}
