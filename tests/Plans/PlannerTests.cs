using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Plans;

public sealed class PlannerTests
{
    private static readonly PgType Int4 = new(23, "pg_catalog", "int4", PgTypeKind.Base, true);
    private static readonly PgType Text = new(25, "pg_catalog", "text", PgTypeKind.Base, true);
    private static readonly PgType Time = new(1083, "pg_catalog", "time", PgTypeKind.Base, true);
    private static readonly PgType Float8 = new(701, "pg_catalog", "float8", PgTypeKind.Base, true);

    [Fact]
    public void Queues_what_is_referenced_first_and_the_largest_of_a_batch_before_the_others()
    {
        MigrationPlan plan = Plan(
            [
                Table("lines", references: ["orders"]),
                Table("orders", references: ["customers"]),
                Table("customers", bytes: 10),
                Table("products", bytes: 1_000),
            ]);
        Assert.Equal(["products", "customers", "orders", "lines"], plan.Tables.Select(t => t.Name));
        Assert.Equal([0, 0, 1, 2], plan.Tables.Select(t => t.Batch));
        Assert.Equal([0, 1, 2, 3], plan.Tables.Select(t => t.Index));
    }

    [Fact]
    public void Names_a_circle_and_keeps_it_in_one_batch()
    {
        MigrationPlan plan = Plan([Table("warehouses", references: ["managers"]), Table("managers", references: ["warehouses"]), Table("stock", references: ["warehouses"])]);
        Assert.Equal(["public.warehouses", "public.managers"], Assert.Single(plan.Cycles).Select(n => n.ToString()));
        Assert.Equal(plan.Tables.Single(t => t.Name == "managers").Batch, plan.Tables.Single(t => t.Name == "warehouses").Batch);
    }

    [Fact]
    public void Refuses_a_table_from_which_row_level_security_would_hide_rows()
    {
        SourceRefusedException e = Assert.Throws<SourceRefusedException>(() => Plan([Table("open"), Table("secret") with { Filtered = [new("public", "secret")] }]));
        Assert.Contains("public.secret", e.Message, StringComparison.Ordinal);
        Assert.Contains("BYPASSRLS", e.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_table_that_may_not_be_read_and_says_which_grant_is_missing()
    {
        SourceRefusedException e = Assert.Throws<SourceRefusedException>(() => Plan([Table("Closed") with { WithoutSelect = [new("public", "Closed")] }]));
        Assert.Contains("GRANT SELECT ON \"public\".\"Closed\"", e.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Does_not_ask_for_what_is_excluded()
    {
        MigrationPlan plan = Plan([Table("open"), Table("secret") with { Filtered = [new("public", "secret")], WithoutSelect = [new("public", "secret")] }], new MigrationOptions { Exclude = ["public.secret"] });
        Assert.Equal(["open"], plan.Tables.Select(t => t.Name));
        Assert.Contains(plan.LeftOut, l => l.Name.Name == "secret" && l.Reason == "not chosen");
    }

    [Fact]
    public void Says_which_pattern_matches_nothing()
    {
        UsageException e = Assert.Throws<UsageException>(() => Plan([Table("a")], new MigrationOptions { Include = ["a", "sales.*"] }));
        Assert.Contains("sales.*", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_which_of_the_configurations_tables_is_not_there_since_its_masks_would_be_passed_over()
    {
        var options = new MigrationOptions { Tables = new Dictionary<string, TableSettings> { ["Public.a"] = new() } };
        UsageException e = Assert.Throws<UsageException>(() => Plan([Table("a")], options));
        Assert.Contains("Public.a", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_in_the_warehouse_does_not_depend_on_what_else_is_chosen()
    {
        Table[] tables = [Table("a_b"), Table("a/b")];
        string all = Plan(tables).Tables.Single(t => t.Source.Name == "a/b").Name;
        Assert.Equal("a_b_2", all);
        Assert.Equal(all, Plan(tables, new MigrationOptions { Include = ["public.a/b"] }).Tables.Single().Name);
    }

    [Fact]
    public void A_database_without_a_table_is_an_error_not_an_empty_success() =>
        Assert.Throws<UsageException>(() => Plan([]));

    [Fact]
    public void A_table_without_columns_is_left_out_with_the_reason()
    {
        MigrationPlan plan = Plan([Table("a"), Table("nothing") with { Columns = [] }]);
        Assert.Equal("it has no columns", plan.LeftOut.Single(l => l.Name.Name == "nothing").Reason);
    }

    [Fact]
    public void The_primary_key_identifies_unless_Iceberg_cannot_take_it()
    {
        Table plain = Table("plain") with { PrimaryKey = new Key("pk", ["id"], "") };
        Table floating = Table("floating", Column("id", Float8, notNull: true)) with { PrimaryKey = new Key("pk", ["id"], "") };
        var masked = new MigrationOptions { Tables = new Dictionary<string, TableSettings> { ["masked"] = new() { Mask = new Dictionary<string, string> { ["id"] = "hash" } } } };
        Table hidden = Table("masked") with { PrimaryKey = new Key("pk", ["id"], "") };
        MigrationPlan plan = Plan([plain, floating, hidden, Table("none")], masked);
        Assert.Equal(["id"], plan.Tables.Single(t => t.Name == "plain").Identifier);
        Assert.All(plan.Tables.Where(t => t.Name != "plain"), t => Assert.Empty(t.Identifier));
    }

    [Theory]
    [InlineData(EngineProfile.Generic, "time")]
    [InlineData(EngineProfile.Snowflake, "time")]
    [InlineData(EngineProfile.Spark, "string")]
    [InlineData(EngineProfile.Fabric, "string")]
    public void A_profile_rules_out_what_its_engine_cannot_read_and_says_so(EngineProfile profile, string type)
    {
        ColumnPlan column = Assert.Single(Plan([Table("t", Column("at", Time))], new MigrationOptions { Profile = profile }).Tables[0].Columns);
        Assert.Equal(type, column.TargetType);
        Assert.Equal(type == "string", column.Note is not null);
    }

    [Fact]
    public void Masks_are_evaluated_by_the_server_and_quoted()
    {
        var settings = new TableSettings { Mask = new Dictionary<string, string> { ["a\"b"] = "hash", ["n"] = "null", ["c"] = "constant:it's {0}" }, Omit = ["gone"] };
        var options = new MigrationOptions { Tables = new Dictionary<string, TableSettings> { ["public.*"] = settings } };
        TablePlan table = Plan([Table("t", Column("a\"b", Text), Column("n", Int4, notNull: true), Column("c", Text), Column("gone", Text))], options).Tables[0];
        Assert.Contains("pg_catalog.sha256", table.Columns[0].Expression, StringComparison.Ordinal);
        Assert.Contains("\"a\"\"b\"", table.Columns[0].Expression, StringComparison.Ordinal);
        Assert.False(table.Columns[1].Required);
        Assert.IsType<CopyType.Int4>(table.Columns[1].Wire);
        Assert.Equal("'it''s {0}'::pg_catalog.text", table.Columns[2].Expression);
        Assert.Equal(["gone"], table.OmittedColumns);
        Assert.DoesNotContain(table.Columns, c => c.Source == "gone");
    }

    [Theory]
    [InlineData("nope", "hash")]
    [InlineData("id", "scramble")]
    public void A_mask_that_cannot_be_carried_out_is_an_error(string column, string mask)
    {
        var options = new MigrationOptions { Tables = new Dictionary<string, TableSettings> { ["t"] = new() { Mask = new Dictionary<string, string> { [column] = mask } } } };
        UsageException e = Assert.Throws<UsageException>(() => Plan([Table("t")], options));
        Assert.Contains(column == "nope" ? "nope" : "scramble", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_policy_of_a_column_goes_before_the_tables_and_the_runs()
    {
        var options = new MigrationOptions
        {
            Policy = TypePolicy.Fail,
            Tables = new Dictionary<string, TableSettings> { ["t"] = new() { Policy = TypePolicy.Quarantine, Policies = new Dictionary<string, TypePolicy> { ["b"] = TypePolicy.String } } },
        };
        MigrationPlan plan = Plan([Table("t", Column("a", Text), Column("b", Text)), Table("u", Column("a", Text))], options);
        Assert.Equal([TypePolicy.Quarantine, TypePolicy.String], plan.Tables.Single(t => t.Name == "t").Columns.Select(c => c.Policy));
        Assert.Equal([TypePolicy.Fail], plan.Tables.Single(t => t.Name == "u").Columns.Select(c => c.Policy));
    }

    [Fact]
    public void A_column_that_had_to_become_text_stays_text()
    {
        MigrationPlan plan = Planner.Plan(Database([Table("t", Column("a", Time), Column("b", Time))]), new MigrationOptions(), (_, _) => new HashSet<string> { "b" });
        Assert.Equal(["time", "string"], plan.Tables[0].Columns.Select(c => c.TargetType));
    }

    [Fact]
    public void Notes_say_which_names_change()
    {
        MigrationPlan plan = Plan([Table("Users", Column("ID", Int4), Column("id", Int4)), Table("users")]);
        Assert.Contains(plan.Notes, n => n.Contains("public.users becomes public.users_2", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, n => n.Contains("column id becomes id_2", StringComparison.Ordinal));
    }

    private static MigrationPlan Plan(Table[] tables, MigrationOptions? options = null) =>
        Planner.Plan(Database(tables), options ?? new MigrationOptions(), (_, _) => new HashSet<string>());

    private static Database Database(Table[] tables) => new()
    {
        Name = "db",
        ServerVersion = 150_000,
        Encoding = "UTF8",
        MoneyScale = 2,
        Identity = "1/1",
        Tables = tables,
        LeftOut = [],
        Sequences = [],
    };

    private static Table Table(string name, params Column[] columns) => new()
    {
        Oid = 1,
        Name = new("public", name),
        Columns = columns.Length > 0 ? columns : [Column("id", Int4, notNull: true)],
        Leaves = [new Leaf(1, new("public", name), 1, 8192, 1)],
    };

    private static Table Table(string name, string[]? references = null, long bytes = 100) => Table(name, Column("id", Int4, notNull: true)) with
    {
        Leaves = [new Leaf(1, new("public", name), 1, bytes, 1)],
        ForeignKeys = [.. (references ?? []).Select(r => new ForeignKey($"fk_{r}", ["x"], new("public", r), ["id"], ""))],
    };

    private static Column Column(string name, PgType type, bool notNull = false) => new() { Number = 1, Name = name, Type = type, TypeText = type.Name, NotNull = notNull };
}
