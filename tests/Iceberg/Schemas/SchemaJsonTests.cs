using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Schemas;

public sealed class SchemaJsonTests
{
    // As Iceberg's Java library writes it.
    private const string Reference =
        """{"type":"struct","schema-id":1,"identifier-field-ids":[1],"fields":[{"id":1,"name":"id","required":true,"type":"long"},{"id":14,"name":"d9","required":false,"type":"decimal(9, 2)"},{"id":12,"name":"fx","required":false,"type":"fixed[4]"},{"id":17,"name":"l","required":false,"type":{"type":"list","element-id":20,"element":"string","element-required":false}},{"id":18,"name":"m","required":false,"type":{"type":"map","key-id":21,"key":"string","value-id":22,"value":"long","value-required":false}},{"id":19,"name":"st","required":false,"type":{"type":"struct","fields":[{"id":23,"name":"x","required":false,"type":"int"},{"id":24,"name":"y","required":false,"type":{"type":"list","element-id":25,"element":"decimal(10, 3)","element-required":false}}]}}]}""";

    [Fact]
    public void Is_written_byte_for_byte_as_the_reference_writes_it() =>
        Assert.Equal(Reference, SchemaJson.ToJson(SchemaJson.Parse(Reference)));

    [Fact]
    public void Any_schema_survives_writing_and_reading()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var schema = new RandomSchema(seed).Next();
            var back = SchemaJson.Parse(SchemaJson.ToJson(schema));
            Assert.True(schema.Equals(back), $"seed {seed}: {SchemaJson.ToJson(schema)}");
        }
    }

    [Fact]
    public void Two_schemas_that_differ_deep_inside_are_not_equal()
    {
        var a = SchemaJson.Parse(Reference);
        var b = SchemaJson.Parse(Reference.Replace("decimal(10, 3)", "decimal(10, 4)", StringComparison.Ordinal));
        Assert.NotEqual(a, b);
        Assert.False(a.SameAs(b));
        Assert.True(a.SameAs(a with { SchemaId = 7 }));
    }

    [Theory]
    [InlineData("decimal(9,2)")]
    [InlineData("decimal( 9 , 2 )")]
    [InlineData("decimal(9, 2)")]
    public void Decimals_are_read_with_any_white_space(string text) => Assert.Equal(new DecimalType(9, 2), TypeName.Parse(text));

    [Theory]
    [InlineData("variant")]
    [InlineData("unknown")]
    [InlineData("geometry(srid:4326)")]
    [InlineData("geography(srid:4326, vincenty)")]
    public void Types_of_version_3_that_we_can_not_read_are_carried_through(string type)
    {
        var json = $$"""{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"g","required":false,"type":"{{type}}"}]}""";
        Assert.Equal(json, SchemaJson.ToJson(SchemaJson.Parse(json)));
    }

    [Fact]
    public void Defaults_of_version_3_are_carried_through()
    {
        const string json = """{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"n","required":true,"type":"timestamp_ns","initial-default":"2020-01-01T00:00:00","write-default":{"a":[1]}}]}""";
        Assert.Equal(json, SchemaJson.ToJson(SchemaJson.Parse(json)));
    }

    [Fact]
    public void Members_it_does_not_know_are_ignored()
    {
        var schema = SchemaJson.Parse("""{"new":{},"type":"struct","schema-id":3,"fields":[{"id":1,"name":"n","required":true,"type":"int","colour":"red"}]}""");
        Assert.Equal(new Schema(3, [new NestedField(1, "n", true, PrimitiveType.Int)], []), schema);
    }

    [Theory]
    [InlineData("{}", "'fields' is missing")]
    [InlineData("[]", "a value of the wrong kind")]
    [InlineData("{", "no valid JSON")]
    [InlineData("""{"fields":[{"name":"n"}]}""", "'id' is missing")]
    [InlineData("""{"fields":[{"id":"x","name":"n","required":true,"type":"int"}]}""", "a value of the wrong kind")]
    public void What_is_no_schema_says_why(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => SchemaJson.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Fields_are_found_by_id_and_by_path_however_deep()
    {
        var schema = SchemaJson.Parse(Reference);
        Assert.Equal("d9", schema.Find(14)!.Name);
        Assert.Equal(new DecimalType(10, 3), schema.Find("st.y.element")!.Type);
        Assert.Equal(22, schema.Find("m.value")!.Id);
        Assert.Equal(23, schema.Find("st.x")!.Id);
        Assert.Null(schema.Find("ST.X"));
        Assert.Null(schema.Find(99));
        Assert.Equal(25, schema.HighestId());
        Assert.Equal(0, new Schema(0, [], []).HighestId());
    }
}
