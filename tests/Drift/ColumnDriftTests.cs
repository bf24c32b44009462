using Mammoth.Migration.Drift;
using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;
using static Mammoth.Tests.Drift.SomeDatabase;

namespace Mammoth.Tests.Drift;

/// <summary>Columns, types, nulls and keys of one table.</summary>
public sealed class ColumnDriftTests
{
    private static readonly Table Orders = Table(16_400, "orders");

    [Fact]
    public async Task A_new_column_is_added_by_the_next_run()
    {
        SchemaChange change = await Only(Orders, With(Column(3, "total", Int8)));
        Assert.Equal((DriftKind.ColumnAdded, "shop", "orders", "total", null, "int8"), (change.Kind, change.Schema, change.Table, change.Column, change.From, change.To));
        Assert.Equal("column shop.orders.total, int8, is new", change.Summary);
        Assert.Contains("adds column total, long, to shop.orders", change.Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_is_gone_is_dropped_by_the_next_run()
    {
        SchemaChange change = await Only(Orders, Orders with { Columns = [Orders.Columns[0]] });
        Assert.Equal((DriftKind.ColumnGone, "note", "text", null), (change.Kind, change.Column, change.From, change.To));
        Assert.Contains("drops column note of shop.orders", change.Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_of_the_same_number_in_the_same_table_was_renamed()
    {
        SchemaChange change = await Only(Orders, Orders with { Columns = [Orders.Columns[0], Column(2, "remark", Text)] });
        Assert.Equal((DriftKind.ColumnRenamed, "remark", "note", "remark"), (change.Kind, change.Column, change.From, change.To));
        Assert.Contains("another column", change.Next, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16_401, 2, "7:1")]
    [InlineData(16_400, 3, "7:1")]
    [InlineData(16_400, 2, "8:1")]
    public async Task In_another_table_or_database_or_of_another_number_it_is_one_gone_and_one_new(uint oid, int number, string identity)
    {
        IReadOnlyList<HeldTable> warehouse = Published(Plan([Orders]), Monday);
        Table after = Orders with { Oid = oid, Columns = [Orders.Columns[0], Column(number, "remark", Text)] };
        SchemaDrift drift = await Between(Plan([after], identity: identity), warehouse, new MigrationOptions { ReplaceSource = true });
        Assert.Equal([DriftKind.ColumnAdded, DriftKind.ColumnGone], drift.Changes.Select(c => c.Kind));
    }

    [Fact]
    public async Task A_renamed_key_column_that_gets_another_type_is_both_and_the_key_the_same()
    {
        IReadOnlyList<HeldTable> warehouse = Published(Plan([Orders]), Monday);
        SchemaDrift drift = await Between(Plan([Orders with { Columns = [Column(1, "number", Int8, notNull: true), Orders.Columns[1]], PrimaryKey = new Key("pk", ["number"], "") }]), warehouse);
        Assert.Equal([(DriftKind.ColumnRenamed, "id", "number"), (DriftKind.TypeChanged, "int4", "int8")], drift.Changes.Select(c => (c.Kind, c.From!, c.To!)));
    }

    [Fact]
    public async Task Columns_that_swapped_their_names_are_known_by_their_numbers()
    {
        Table before = With(Column(3, "net", Int8), Column(4, "gross", Int8));
        IReadOnlyList<HeldTable> warehouse = Published(Plan([before]), Monday);
        MigrationPlan now = Plan([With(Column(3, "gross", Int8), Column(4, "net", Int8))]);
        SchemaDrift drift = await Between(now, warehouse);
        Assert.Equal([(DriftKind.ColumnRenamed, "net", "gross"), (DriftKind.ColumnRenamed, "gross", "net")], drift.Changes.Select(c => (c.Kind, c.From!, c.To!)));
        Assert.Contains("fills net of shop.orders with another column's values and fills gross with its values", drift.Changes[0].Next, StringComparison.Ordinal);
        Assert.Empty((await Between(now, Published(now, Monday.AddDays(1), warehouse))).Changes);

        // Of another table a number says nothing.
        Assert.Empty((await Between(Plan([With(Column(3, "gross", Int8), Column(4, "net", Int8)) with { Oid = 16_401 }]), warehouse)).Changes);
    }

    [Fact]
    public async Task A_name_that_another_column_took_over_is_not_the_column_that_had_it()
    {
        Table before = With(Column(3, "a", Int8), Column(4, "b", Int8));
        IReadOnlyList<HeldTable> warehouse = Published(Plan([before]), Monday);
        SchemaDrift gone = await Between(Plan([With(Column(3, "b", Int8))]), warehouse);
        Assert.Equal([(DriftKind.ColumnRenamed, "b", "a"), (DriftKind.ColumnGone, "b", "int8")], gone.Changes.Select(c => (c.Kind, c.Column!, c.From!)));
        Assert.Contains("drops a of shop.orders and fills b with its values", gone.Changes[0].Next, StringComparison.Ordinal);
        Assert.Contains("fills column b of shop.orders with another column's values", gone.Changes[1].Next, StringComparison.Ordinal);

        SchemaDrift added = await Between(Plan([With(Column(3, "c", Int8), Column(4, "b", Int8), Column(5, "a", Int8))]), warehouse);
        Assert.Equal([(DriftKind.ColumnRenamed, "c"), (DriftKind.ColumnAdded, "a")], added.Changes.Select(c => (c.Kind, c.Column!)));
        Assert.Contains("fills column a of shop.orders with its values, instead of another column's", added.Changes[1].Next, StringComparison.Ordinal);

        // Dropped and made again, it is the same for readers.
        Assert.Empty((await Between(Plan([With(Column(5, "a", Int8), Column(4, "b", Int8))]), warehouse)).Changes);
    }

    [Fact]
    public async Task A_column_whose_name_another_takes_in_the_warehouse_moves()
    {
        IReadOnlyList<HeldTable> warehouse = Published(Plan([Orders]), Monday);
        MigrationPlan now = Plan([With(Column(3, "NOTE", Int4))]);
        SchemaDrift drift = await Between(now, warehouse);
        Assert.Equal([(DriftKind.ColumnMoved, "note", "note", "note_2"), (DriftKind.ColumnAdded, "NOTE", null, "int4")], drift.Changes.Select(c => (c.Kind, c.Column!, c.From, c.To!)));
        Assert.Equal("column shop.orders.note is note_2 in the warehouse from now on, not note", drift.Changes[0].Summary);
        Assert.Contains("drops note of shop.orders and adds note_2", drift.Changes[0].Next, StringComparison.Ordinal);
        Assert.Empty((await Between(now, Published(now, Monday.AddDays(1), warehouse))).Changes);
    }

    [Fact]
    public async Task Another_type_is_told_as_SQL_says_it_and_whether_the_column_stays()
    {
        SchemaChange wider = await Only(With(Column(3, "code", Text, text: "character varying(10)")), With(Column(3, "code", Text, text: "character varying(20)")));
        Assert.Equal((DriftKind.TypeChanged, "character varying(10)", "character varying(20)"), (wider.Kind, wider.From, wider.To));
        Assert.Contains("stays string", wider.Next, StringComparison.Ordinal);

        SchemaChange other = await Only(With(Column(3, "code", Int4)), With(Column(3, "code", Int8)));
        Assert.Equal("column shop.orders.code is int8 now, not int4", other.Summary);
        Assert.Contains("adds code anew as long", other.Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_composite_type_that_got_an_attribute_is_another_although_SQL_calls_it_the_same()
    {
        static PgType Address(params string[] attributes) => new(17_000, "shop", "address", PgTypeKind.Composite, true) { Attributes = [.. attributes.Select(a => new PgAttribute(a, Text, -1))] };
        SchemaChange change = await Only(With(Column(3, "home", Address("street"))), With(Column(3, "home", Address("street", "town"))));
        Assert.Equal(("address of struct<street: string>", "address of struct<street: string, town: string>"), (change.From, change.To));
    }

    [Fact]
    public async Task A_domain_over_another_type_is_another_although_SQL_calls_it_the_same()
    {
        static PgType Age(PgType of, int modifier = -1) => new(17_000, "shop", "age", PgTypeKind.Domain, true) { Of = of, OfModifier = modifier };
        SchemaChange change = await Only(With(Column(3, "age", Age(Int4))), With(Column(3, "age", Age(Int8))));
        Assert.Equal((DriftKind.TypeChanged, "age of int", "age of long"), (change.Kind, change.From, change.To));
        Assert.Contains("adds age anew as long", change.Next, StringComparison.Ordinal);
        Assert.Equal("age of string", (await Only(With(Column(3, "age", Age(Int4))), With(Column(3, "age", Age(Text))))).To);

        // Made text by a value that did not fit, or by a mask, it is what it was.
        MigrationPlan plan = Plan([With(Column(3, "age", Age(Int4)))]);
        MigrationPlan text = plan with { Tables = [plan.Tables[0].WithText(["age"])] };
        Assert.Empty((await Between(plan, Published(text, Monday))).Changes);
        Assert.Empty((await Between(text, Published(plan, Monday))).Changes);

        // A table of an earlier version does not say; where it is no text, it tells by its form.
        IReadOnlyList<HeldTable> earlier = [.. Published(plan, Monday).Select(t => t with { Columns = [.. t.Columns.Select(c => c with { Native = null })] })];
        Assert.Empty((await Between(text, earlier)).Changes);
        Assert.Single((await Between(Plan([With(Column(3, "age", Age(Text)))]), earlier)).Changes);
    }

    [Theory]
    [InlineData(false, "NULL", "NOT NULL", "required")]
    [InlineData(true, "NOT NULL", "NULL", "optional")]
    public async Task Nulls_that_are_allowed_or_not_any_more(bool before, string from, string to, string next)
    {
        SchemaChange change = await Only(With(Column(3, "code", Text, before)), With(Column(3, "code", Text, !before)));
        Assert.Equal((DriftKind.NullabilityChanged, "code", from, to), (change.Kind, change.Column, change.From, change.To));
        Assert.Contains(next, change.Next, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id", "id,code", "(id)", "(id, code)")]
    [InlineData("id", "", "(id)", null)]
    [InlineData("", "code", null, "(code)")]
    public async Task Another_primary_key(string before, string after, string? from, string? to)
    {
        Table table = With(Column(3, "code", Text, notNull: true));
        SchemaChange change = await Only(Keyed(table, before), Keyed(table, after));
        Assert.Equal((DriftKind.PrimaryKeyChanged, null, from, to), (change.Kind, change.Column, change.From, change.To));
    }

    [Fact]
    public async Task A_key_that_Iceberg_can_not_take_is_none_there_and_its_type_alone_is_told()
    {
        Table number = Orders with { Columns = [Column(1, "id", Float8, notNull: true), Orders.Columns[1]] };
        Assert.Equal(DriftKind.TypeChanged, (await Only(Orders, number)).Kind);
        Assert.Equal(DriftKind.TypeChanged, (await Only(number, Orders)).Kind);

        IReadOnlyList<HeldTable> warehouse = Published(Plan([Keyed(number, "")]), Monday);
        Assert.Empty((await Between(Plan([number]), warehouse)).Changes);
    }

    [Fact]
    public async Task What_the_configuration_does_to_columns_is_no_drift()
    {
        Table table = With(Column(3, "code", Text, notNull: true), Column(4, "secret", Text));
        IReadOnlyList<HeldTable> warehouse = Published(Plan([table]), Monday);
        var options = new MigrationOptions
        {
            Profile = EngineProfile.Spark,
            Tables = new Dictionary<string, TableSettings> { ["shop.orders"] = new() { Omit = ["secret"], Mask = new Dictionary<string, string> { ["code"] = "null", ["id"] = "hash" } } },
        };
        MigrationPlan configured = Plan([table], options);
        Assert.Empty((await Between(configured, warehouse, options)).Changes);

        // And neither is that it does so no more.
        Assert.Empty((await Between(Plan([table]), Published(configured, Monday))).Changes);
        Table keyed = Keyed(table, "id,code");
        options = options with { Tables = new Dictionary<string, TableSettings> { ["shop.orders"] = new() { Omit = ["code"] } } };
        Assert.Empty((await Between(Plan([keyed]), Published(Plan([keyed], options), Monday))).Changes);

        // What became of the source meanwhile is told.
        Table more = keyed with { Columns = [.. keyed.Columns, Column(5, "more", Int4)] };
        Assert.Equal(DriftKind.ColumnAdded, Assert.Single((await Between(Plan([more]), Published(Plan([keyed], options), Monday))).Changes).Kind);
    }

    [Fact]
    public async Task A_column_with_large_values_is_optional_in_the_warehouse_and_so_far_not_another_one()
    {
        Table table = With(Column(3, "body", Text, notNull: true));
        IReadOnlyList<HeldTable> warehouse = Published(Plan([table]), Monday);
        MigrationPlan now = Plan([With(Column(3, "body", Text, notNull: true) with { HasLargeValues = true })]);
        Assert.NotNull(now.Tables[0].Columns[2].LargeValues);
        Assert.Empty((await Between(now, warehouse)).Changes);
        Assert.Empty((await Between(Plan([table]), Published(now, Monday))).Changes);
    }

    private static Table With(params Column[] columns) => Orders with { Columns = [.. Orders.Columns, .. columns] };

    private static Table Keyed(Table table, string columns) => table with { PrimaryKey = columns.Length == 0 ? null : new Key("pk", columns.Split(','), "") };
}
