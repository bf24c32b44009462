using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Types;

public sealed class TypeTableTests
{
    private static readonly TypeTable Types = new(moneyScale: 2);

    private static PgType Base(string name, string schema = "pg_catalog", string? extension = null) =>
        new(1000, schema, name, PgTypeKind.Base, HasBinarySend: true) { Extension = extension };

    private static PgType ArrayOf(PgType element) =>
        new(1001, element.Schema, $"_{element.Name}", PgTypeKind.Array, HasBinarySend: true) { Of = element };

    private static PgType Composite(params (string Name, PgType Type)[] attributes) =>
        new(1002, "public", "pair", PgTypeKind.Composite, HasBinarySend: true) { Attributes = [.. attributes.Select(a => new PgAttribute(a.Name, a.Type, -1))] };

    private static int Numeric(int precision, int scale) => ((precision << 16) | (scale & 0x7ff)) + 4;

    [Theory]
    [InlineData("bool", "boolean")]
    [InlineData("int2", "int")]
    [InlineData("int4", "int")]
    [InlineData("int8", "long")]
    [InlineData("oid", "long")]
    [InlineData("float4", "float")]
    [InlineData("float8", "double")]
    [InlineData("money", "decimal(19, 2)")]
    [InlineData("text", "string")]
    [InlineData("jsonb", "string")]
    [InlineData("bytea", "binary")]
    [InlineData("uuid", "uuid")]
    [InlineData("date", "date")]
    [InlineData("time", "time")]
    [InlineData("timestamp", "timestamp")]
    [InlineData("timestamptz", "timestamptz")]
    public void Carries_a_type_with_an_exact_form_as_it_is(string postgres, string iceberg)
    {
        TypeMapping mapping = Types.Map(Base(postgres), -1);
        Assert.Null(mapping.Cast);
        Assert.Equal(iceberg, IcebergForm.Describe(mapping.Wire));
    }

    [Theory]
    [InlineData("interval")]
    [InlineData("timetz")]
    [InlineData("bit")]
    [InlineData("varbit")]
    [InlineData("tsvector")]
    [InlineData("jsonpath")]
    [InlineData("macaddr8")]
    [InlineData("point")]
    [InlineData("pg_lsn")]
    [InlineData("xid8")]
    [InlineData("regclass")]
    [InlineData("aclitem")]
    [InlineData("char")]
    public void Carries_what_has_no_exact_form_as_text_and_says_so(string postgres)
    {
        TypeMapping mapping = Types.Map(Base(postgres), -1);
        Assert.IsType<CopyType.Text>(mapping.Wire);
        Assert.Equal("({0})::pg_catalog.text", mapping.Cast);
        Assert.NotNull(mapping.Note);
    }

    [Theory]
    [InlineData("inet", "inet_out")]
    [InlineData("cidr", "cidr_out")]
    [InlineData("xml", "xml_out")]
    public void Reads_what_the_output_function_prints_where_the_cast_says_something_else(string postgres, string function) =>
        Assert.Contains(function, Types.Map(Base(postgres), -1).Cast, StringComparison.Ordinal);

    [Fact]
    public void A_constrained_numeric_is_a_decimal_and_an_unconstrained_one_text()
    {
        Assert.Equal(new CopyType.Numeric(10, 2), Types.Map(Base("numeric"), Numeric(10, 2)).Wire);
        Assert.IsType<CopyType.Text>(Types.Map(Base("numeric"), -1).Wire);
        Assert.IsType<CopyType.Text>(Types.Map(Base("numeric"), Numeric(39, 2)).Wire);
    }

    [Fact]
    public void A_domain_is_what_it_is_over_with_its_own_modifier()
    {
        PgType price = new(2000, "public", "price", PgTypeKind.Domain, true) { Of = Base("numeric"), OfModifier = Numeric(8, 3) };
        PgType cost = new(2001, "public", "cost", PgTypeKind.Domain, true) { Of = price };
        Assert.Equal(new CopyType.Numeric(8, 3), Types.Map(cost, -1).Wire);
    }

    [Fact]
    public void An_array_keeps_its_elements_form_and_repeats_its_oid()
    {
        var array = Assert.IsType<CopyType.Array>(Types.Map(ArrayOf(Base("int4")), -1).Wire);
        Assert.Equal(1000u, array.ElementOid);
        Assert.IsType<CopyType.Int4>(array.Element);
    }

    [Fact]
    public void An_array_of_what_has_no_exact_form_is_a_list_of_text()
    {
        TypeMapping mapping = Types.Map(ArrayOf(Base("interval")), -1);
        Assert.Equal(25u, Assert.IsType<CopyType.Array>(mapping.Wire).ElementOid);
        Assert.EndsWith("::pg_catalog.text[]", mapping.Cast, StringComparison.Ordinal);
    }

    [Fact]
    public void A_composite_is_a_struct_unless_one_attribute_has_no_exact_form()
    {
        Assert.Equal("struct<a: int, b: string>", IcebergForm.Describe(Types.Map(Composite(("a", Base("int4")), ("b", Base("text"))), -1).Wire));
        TypeMapping mixed = Types.Map(Composite(("a", Base("int4")), ("b", Base("interval"))), -1);
        Assert.IsType<CopyType.Text>(mixed.Wire);
        Assert.Contains("b", mixed.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Extensions_are_known_by_their_extension_not_by_their_name()
    {
        Assert.IsType<CopyType.Hstore>(Types.Map(Base("hstore", "public", "hstore"), -1).Wire);
        Assert.IsType<CopyType.Text>(Types.Map(Base("hstore", "public"), -1).Wire);
        Assert.IsType<CopyType.Bytea>(Types.Map(Base("geometry", "gis", "postgis"), -1).Wire);
    }

    [Fact]
    public void Money_takes_its_scale_from_the_database()
    {
        Assert.Equal(new CopyType.Money(0), new TypeTable(0).Map(Base("money"), -1).Wire);
    }
}
