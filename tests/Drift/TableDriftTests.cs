using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Drift;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Catalog;
using static Mammoth.Tests.Drift.SomeDatabase;

namespace Mammoth.Tests.Drift;

/// <summary>Tables that come, go, and are called otherwise.</summary>
public sealed class TableDriftTests
{
    private static readonly Table Orders = Table(1, "orders");
    private static readonly Table Customers = Table(2, "customers");

    [Fact]
    public async Task A_source_that_is_as_it_was_has_no_drift()
    {
        IReadOnlyList<HeldTable> warehouse = Published(Plan([Orders, Customers]), Monday);
        SchemaDrift drift = await Between(Plan([Orders, Customers]), warehouse);
        Assert.Equal((2, 0), (drift.Tables, drift.Changes.Count));
    }

    [Fact]
    public async Task A_table_that_the_warehouse_does_not_have_is_new()
    {
        SchemaChange change = Assert.Single((await Between(Plan([Orders, Customers]), Published(Plan([Orders]), Monday))).Changes);
        Assert.Equal((DriftKind.TableAdded, "table shop.customers is new", "The next run copies it to shop.customers."), (change.Kind, change.Summary, change.Next));
    }

    [Fact]
    public async Task A_table_that_is_gone_is_told_until_a_run_that_chose_it_has_published_without_it()
    {
        MigrationPlan before = Plan([Orders, Customers]);
        IReadOnlyList<HeldTable> warehouse = Published(before, Monday);
        MigrationPlan now = Plan([Orders]);
        PublishedRun whole = Run(before, Monday);
        SchemaChange change = Assert.Single((await Between(now, warehouse, null, whole)).Changes);
        Assert.Equal((DriftKind.TableGone, "table shop.customers is gone"), (change.Kind, change.Summary));
        Assert.Contains("leaves shop.customers as it is", change.Next, StringComparison.Ordinal);

        // Nobody knows of a run, or the last one was asked for other tables: it is told still.
        var some = new MigrationOptions { Include = ["shop.o*"] };
        Assert.Single((await Between(now, warehouse)).Changes);
        Assert.Single((await Between(now, Published(now, Monday.AddDays(1), warehouse), null, Run(now, Monday.AddDays(1), some), whole)).Changes);
        Assert.Empty((await Between(now, Published(now, Monday.AddDays(1), warehouse), null, Run(now, Monday.AddDays(1)), whole)).Changes);

        // A run from before it was copied for the first time did not miss it.
        Assert.Single((await Between(now, warehouse, null, Run(now, Monday.AddDays(-1)))).Changes);
    }

    [Fact]
    public async Task A_table_of_the_same_oid_was_renamed_and_is_not_told_of_again()
    {
        Table renamed = Table(1, "purchases");
        MigrationPlan before = Plan([Orders]);
        IReadOnlyList<HeldTable> warehouse = Published(before, Monday);
        MigrationPlan now = Plan([renamed with { Columns = [.. renamed.Columns, Column(3, "more", Int4)] }]);
        SchemaDrift drift = await Between(now, warehouse, null, Run(before, Monday));
        Assert.Equal([(DriftKind.TableRenamed, "shop.orders", "shop.purchases"), (DriftKind.ColumnAdded, null, "int4")], drift.Changes.Select(c => (c.Kind, c.From, c.To!)));
        Assert.Contains("to shop.purchases, a new table, and leaves shop.orders as it is", drift.Changes[0].Next, StringComparison.Ordinal);
        Assert.Contains("in shop.purchases, which is a new table", drift.Changes[1].Next, StringComparison.Ordinal);

        // A run that chose it alone did not look for the old name.
        IReadOnlyList<HeldTable> next = Published(now, Monday.AddDays(1), warehouse);
        Assert.Equal(2, next.Count);
        Assert.Empty((await Between(now, next, null, Run(now, Monday.AddDays(1), new MigrationOptions { Include = ["purchases"] }), Run(before, Monday))).Changes);
    }

    [Fact]
    public async Task A_table_that_goes_back_to_an_earlier_name_or_place_is_held_against_what_it_was_last()
    {
        MigrationPlan plain = Plan([Orders]);
        MigrationPlan renamed = Plan([Table(1, "purchases") with { Columns = [Column(1, "id", Int4, notNull: true)] }]);
        PublishedRun[] runs = [Run(renamed, Monday.AddDays(1)), Run(plain, Monday)];
        IReadOnlyList<HeldTable> warehouse = Published(renamed, Monday.AddDays(1), Published(plain, Monday));
        SchemaDrift drift = await Between(plain, warehouse, null, runs);
        Assert.Equal([(DriftKind.TableRenamed, null, "shop.purchases"), (DriftKind.ColumnAdded, "note", null)], drift.Changes.Select(c => (c.Kind, c.Column, c.From)));
        Assert.Equal("The next run copies it to shop.orders, instead of the rows that are there, and leaves shop.purchases as it is, with the rows it had.", drift.Changes[0].Next);
        Assert.Empty((await Between(plain, Published(plain, Monday.AddDays(2), warehouse), null, [Run(plain, Monday.AddDays(2)), .. runs])).Changes);

        // Its rows are those of Monday: the run that went back wrote nothing.
        Assert.Empty((await Between(plain, warehouse, null, [Run(plain, Monday.AddDays(2)), .. runs])).Changes);

        // The same of a place: the table whose name it gave way to is gone again.
        MigrationPlan both = Plan([Orders, Table(7, "ORDERS")]);
        drift = await Between(plain, Published(both, Monday.AddDays(1), Published(plain, Monday)), null, Run(both, Monday.AddDays(1)), Run(plain, Monday));
        Assert.Equal([(DriftKind.TableGone, "ORDERS", null), (DriftKind.TableMoved, "orders", "shop.orders_2")], drift.Changes.Select(c => (c.Kind, c.Table, c.From)));
    }

    [Fact]
    public async Task Tables_that_swapped_their_names_are_told_of()
    {
        MigrationPlan before = Plan([Orders, Customers]);
        IReadOnlyList<HeldTable> warehouse = Published(before, Monday);
        MigrationPlan now = Plan([Table(2, "orders"), Table(1, "customers")]);
        SchemaDrift drift = await Between(now, warehouse, null, Run(before, Monday));
        Assert.Equal([(DriftKind.TableRenamed, "customers", "shop.orders"), (DriftKind.TableRenamed, "orders", "shop.customers")], drift.Changes.Select(c => (c.Kind, c.Table, c.From!)));
        Assert.Equal("The next run copies it to shop.customers, instead of the rows that are there, and the rows of shop.orders to shop.orders.", drift.Changes[0].Next);
        Assert.Empty((await Between(now, Published(now, Monday.AddDays(1), warehouse), null, Run(now, Monday.AddDays(1)), Run(before, Monday))).Changes);

        // A table that another took the name of is the same still.
        drift = await Between(Plan([Table(9, "orders"), Table(1, "old_orders")]), warehouse, new MigrationOptions { Include = ["*orders"] }, Run(before, Monday));
        Assert.Equal((DriftKind.TableRenamed, "old_orders", "shop.orders"), Assert.Single(drift.Changes.Select(c => (c.Kind, c.Table, c.From!))));
    }

    [Fact]
    public async Task A_table_that_was_attached_as_a_partition_is_not_gone()
    {
        MigrationPlan before = Plan([Orders]);
        Table parts = Table(5, "all_orders") with { IsPartitioned = true, Leaves = [Orders.Leaves[0]] };
        SchemaDrift drift = await Between(Plan([parts]), Published(before, Monday), null, Run(before, Monday));
        Assert.Equal([(DriftKind.TableAdded, "table shop.all_orders is new"), (DriftKind.TableAttached, "table shop.orders is a partition of shop.all_orders now")], drift.Changes.Select(c => (c.Kind, c.Summary)));
        Assert.Equal("The next run copies its rows with the others to shop.all_orders. The next run leaves shop.orders as it is, with the rows it had.", drift.Changes[1].Next);

        // Oids of another database say nothing.
        IReadOnlyList<HeldTable> unknown = [.. Published(before, Monday).Select(t => t with { Origin = null })];
        Assert.Equal([DriftKind.TableAdded, DriftKind.TableGone], (await Between(Plan([parts]), unknown)).Changes.Select(c => c.Kind));
    }

    [Theory]
    [InlineData("shop.orders")]
    [InlineData("shop.*")]
    [InlineData(null)]
    public async Task That_all_tables_are_gone_which_a_pattern_chose_is_told_and_no_error(string? include)
    {
        var options = new MigrationOptions { Include = include is null ? [] : [include] };
        IReadOnlyList<HeldTable> warehouse = Published(Plan([Orders]), Monday);
        Table[] others = include is null ? [] : [Table(9, "people", "crm")];
        SchemaDrift drift = await Between(Plan(others, options, warehouse: warehouse), warehouse, options);
        Assert.Equal((0, DriftKind.TableGone, "orders"), (drift.Tables, Assert.Single(drift.Changes).Kind, drift.Changes[0].Table));
        Assert.StartsWith("The next run is refused", drift.Changes[0].Next, StringComparison.Ordinal);

        // What is nowhere is a mistake still, and so is a table of another database.
        Assert.Throws<UsageException>(() => Plan(others, new MigrationOptions { Include = ["shop.order"] }, warehouse: warehouse));
        Assert.Throws<UsageException>(() => Plan(others, options with { Exclude = ["shop.*"] }, warehouse: warehouse));
        Assert.Throws<UsageException>(() => Plan(others, options with { Exclude = ["crm.*"] }, identity: "8:8", warehouse: warehouse));
    }

    [Fact]
    public async Task Of_another_oid_it_is_one_gone_and_one_new()
    {
        SchemaDrift drift = await Between(Plan([Table(9, "purchases")]), Published(Plan([Orders]), Monday));
        Assert.Equal([(DriftKind.TableGone, "orders"), (DriftKind.TableAdded, "purchases")], drift.Changes.Select(c => (c.Kind, c.Table)));
    }

    [Fact]
    public async Task What_can_not_be_copied_any_more_is_told_with_the_reason_and_so_is_the_reverse()
    {
        MigrationPlan tables = Plan([Orders, Customers]);
        MigrationPlan view = Plan([Orders], leftOut: [new LeftOut(Customers.Name, "view", "views are not copied")]);
        SchemaChange change = Assert.Single((await Between(view, Published(tables, Monday), null, Run(tables, Monday))).Changes);
        Assert.Equal((DriftKind.TableLeftOut, "table shop.customers can't be copied any more: views are not copied"), (change.Kind, change.Summary));
        Assert.Empty((await Between(view, Published(tables, Monday), null, Run(view, Monday.AddDays(1)), Run(tables, Monday))).Changes);

        change = Assert.Single((await Between(tables, Published(view, Monday), null, Run(view, Monday))).Changes);
        Assert.Equal((DriftKind.TableNoLongerLeftOut, "customers", "views are not copied", null), (change.Kind, change.Table, change.From, change.To));

        Table empty = Customers with { Columns = [], PrimaryKey = null };
        Assert.Equal("it has no columns", Assert.Single((await Between(Plan([Orders, empty]), Published(tables, Monday))).Changes).To);
    }

    [Theory]
    [InlineData("shop.o*", null)]
    [InlineData(null, "shop.c*")]
    public async Task What_is_not_chosen_is_no_drift_whether_it_is_there_or_gone_or_new(string? include, string? exclude)
    {
        var options = new MigrationOptions { Include = include is null ? [] : [include], Exclude = exclude is null ? [] : [exclude] };
        IReadOnlyList<HeldTable> warehouse = Published(Plan([Orders, Customers]), Monday);
        Assert.Empty((await Between(Plan([Orders, Customers with { Columns = [Customers.Columns[0]] }], options), warehouse, options)).Changes);
        Assert.Empty((await Between(Plan([Orders], options), warehouse, options)).Changes);
        Assert.Empty((await Between(Plan([Orders, Table(3, "clerks")], options), warehouse, options)).Changes);
    }

    [Fact]
    public async Task Tables_of_another_database_are_nobodys_business()
    {
        IReadOnlyList<HeldTable> warehouse = Published(Plan([Customers], identity: "8:8"), Monday, Published(Plan([Orders]), Monday));
        Assert.Empty((await Between(Plan([Orders]), warehouse)).Changes);
    }

    [Fact]
    public async Task Tables_that_a_database_lacks_which_replaces_another_are_told_as_gone()
    {
        var options = new MigrationOptions { ReplaceSource = true };
        MigrationPlan before = Plan([Orders, Customers]);
        IReadOnlyList<HeldTable> warehouse = Published(Plan([Table(3, "people", "crm")], identity: "9:9"), Monday, Published(before, Monday));
        MigrationPlan now = Plan([Table(77, "orders")], options, identity: "8:8");
        Assert.Equal([(DriftKind.TableGone, "customers")], (await Between(now, warehouse, options)).Changes.Select(c => (c.Kind, c.Table)));
        Assert.Empty((await Between(now, Published(now, Monday.AddDays(1), warehouse), options, Run(now, Monday.AddDays(1)))).Changes);
    }

    [Fact]
    public async Task A_table_whose_name_another_takes_in_the_warehouse_moves_there()
    {
        Table upper = Table(7, "ORDERS");
        MigrationPlan now = Plan([Orders, upper]);
        SchemaDrift drift = await Between(now, Published(Plan([Orders]), Monday));
        Assert.Equal([(DriftKind.TableAdded, "ORDERS"), (DriftKind.TableMoved, "orders")], drift.Changes.Select(c => (c.Kind, c.Table)));
        Assert.Equal(("shop.orders", "shop.orders_2"), (drift.Changes[1].From, drift.Changes[1].To));
        IReadOnlyList<HeldTable> next = Published(now, Monday.AddDays(1), Published(Plan([Orders]), Monday));
        Assert.Empty((await Between(now, next)).Changes);
    }

    [Fact]
    public async Task A_table_that_takes_anothers_place_says_whose()
    {
        SchemaDrift drift = await Between(Plan([Table(8, "a\\b")]), Published(Plan([Table(7, "a/b")]), Monday));
        Assert.Equal([(DriftKind.TableGone, "a/b"), (DriftKind.TableAdded, "a\\b")], drift.Changes.Select(c => (c.Kind, c.Table)));
        Assert.All(drift.Changes, c => Assert.Contains("shop.a_b", c.Next, StringComparison.Ordinal));
        Assert.Contains("replaces the rows of shop.\"a/b\" there", drift.Changes[1].Next, StringComparison.Ordinal);

        SchemaChange renamed = await Only(Table(7, "a/b"), Table(7, "a\\b"));
        Assert.Equal((DriftKind.TableRenamed, "It stays shop.a_b in the warehouse."), (renamed.Kind, renamed.Next));
    }

    [Fact]
    public async Task Names_are_told_apart_in_one_line_and_in_full_beside_it()
    {
        Table odd = Table(3, new QualifiedName("a.b", "c\"\n\u202ed"), Column(1, "x.y", Int4), Column(2, "z\r\u001b[2J", Text, text: "\"t\ny\""));
        MigrationPlan now = Plan([Table(4, "c", "a.b"), Table(5, "b.c", "a"), odd]);
        SchemaDrift drift = await Between(now, []);
        Assert.Equal(["table a.\"b.c\" is new", "table \"a.b\".c is new", "table \"a.b\".U&\"c\"\"\\000A\\202Ed\" is new"], drift.Changes.Select(c => c.Summary));
        Assert.Equal(("a.b", "c\"\n\u202ed"), (drift.Changes[2].Schema, drift.Changes[2].Table));

        IReadOnlyList<HeldTable> warehouse = Published(now, Monday);
        SchemaDrift gone = await Between(Plan([Table(4, "c", "a.b"), odd with { Columns = [odd.Columns[0]] }]), warehouse);
        Assert.Equal(["table a.\"b.c\" is gone", "column \"a.b\".U&\"c\"\"\\000A\\202Ed\".U&\"z\\000D\\001B[2J\", \"t\\000Ay\", is gone"], gone.Changes.Select(c => c.Summary));
        Assert.All(gone.Changes, c => Assert.DoesNotContain(c.Summary + c.Next, char.IsControl));
    }

    [Theory]
    [InlineData("a.b", "a.b.c", "a.b", "c")]
    [InlineData("a", "a.b.c", "a", "b.c")]
    [InlineData("a_b", "a/b.c", "a/b", "c")]
    [InlineData("elsewhere", "a.b.c", "a", "b.c")]
    public void A_table_of_an_earlier_version_says_its_name_in_one_and_its_namespace_where_to_part_it(string @namespace, string source, string schema, string name)
    {
        IReadOnlyList<Update> updates = MetadataChanges.CreateTable(Guid.NewGuid(), "file:///t", new Schema(0, [new(1, "id", true, PrimitiveType.Int)], []), new Dictionary<string, string> { ["mammoth.source"] = source });
        TableMetadata table = MetadataChanges.Apply(null, updates, null, DateTimeOffset.UnixEpoch);
        Assert.Equal(new SourceTable(schema, name, null), SourceTable.Of(@namespace, table));
    }

    [Fact]
    public async Task A_log_gets_so_many_lines_and_one_that_says_how_many_more_there_are()
    {
        SchemaDrift drift = await Between(Plan([.. Enumerable.Range(1, 60).Select(i => Table((uint)i, $"t{i:00}"))]), []);
        Assert.Equal(60, drift.Changes.Count);
        Assert.Equal(SchemaDrift.MostLines + 1, drift.Lines().Count);
        Assert.Equal(("table shop.t01 is new", "and 10 more differences"), (drift.Lines()[0], drift.Lines()[^1]));
    }
}
