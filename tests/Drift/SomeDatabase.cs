using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Drift;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Tests.Drift;

/// <summary>A database in memory, its plan, and the warehouse that a run of that plan leaves.</summary>
internal static class SomeDatabase
{
    public static readonly PgType Int4 = new(23, "pg_catalog", "int4", PgTypeKind.Base, true);
    public static readonly PgType Int8 = new(20, "pg_catalog", "int8", PgTypeKind.Base, true);
    public static readonly PgType Text = new(25, "pg_catalog", "text", PgTypeKind.Base, true);
    public static readonly PgType Float8 = new(701, "pg_catalog", "float8", PgTypeKind.Base, true);
    public static readonly DateTimeOffset Monday = DateTimeOffset.Parse("2026-11-23T03:00:00Z", null);

    public static Column Column(int number, string name, PgType type, bool notNull = false, string? text = null) =>
        new() { Number = number, Name = name, Type = type, TypeText = text ?? type.Name, NotNull = notNull };

    /// <summary>A table with the columns <c>id int4</c>, its primary key, and <c>note text</c>.</summary>
    public static Table Table(uint oid, string name, string schema = "shop") => Table(oid, new QualifiedName(schema, name), Column(1, "id", Int4, notNull: true), Column(2, "note", Text)) with { PrimaryKey = new Key("pk", ["id"], "") };

    public static Table Table(uint oid, QualifiedName name, params Column[] columns) => new() { Oid = oid, Name = name, Columns = columns, Leaves = [new Leaf(oid, name, 1, 8192, 1)] };

    public static MigrationPlan Plan(Table[] tables, MigrationOptions? options = null, LeftOut[]? leftOut = null, string identity = "7:1", IReadOnlyList<HeldTable>? warehouse = null) => Planner.Plan(
        new Database { Name = "db", ServerVersion = 150_000, Encoding = "UTF8", MoneyScale = 2, Identity = identity, Tables = tables, LeftOut = leftOut ?? [], Sequences = [] },
        options ?? new MigrationOptions(),
        (@namespace, table) => TableSchema.TextColumns(warehouse?.FirstOrDefault(h => h.Place == new TableIdentifier(@namespace, table))?.Schema),
        warehouse is null ? null : origin => warehouse.Where(h => h.IsOf(origin)).Select(h => h.Source));

    /// <summary>What the warehouse has after a run of a plan, on top of what it had.</summary>
    public static IReadOnlyList<HeldTable> Published(MigrationPlan plan, DateTimeOffset at, IReadOnlyList<HeldTable>? before = null)
    {
        HeldTable[] written = [.. plan.Tables.Select(t => Held(t, before?.FirstOrDefault(h => h.Place == new TableIdentifier(t.Namespace, t.Name)), at))];
        return [.. (before ?? []).Where(h => written.All(w => w.Place != h.Place)), .. written];
    }

    /// <summary>The run that did so.</summary>
    public static PublishedRun Run(MigrationPlan plan, DateTimeOffset at, MigrationOptions? options = null) => new(
        at.AddMinutes(1),
        options ?? new MigrationOptions(),
        plan.Tables.Select(t => new TableIdentifier(t.Namespace, t.Name)).ToHashSet(),
        plan.LeftOut.Where(l => l.Reason != Planner.NotChosen).ToDictionary(l => l.Name.ToString(), l => l.Reason));

    /// <param name="runs">The latest first.</param>
    public static async Task<SchemaDrift> Between(MigrationPlan now, IReadOnlyList<HeldTable> warehouse, MigrationOptions? options = null, params PublishedRun[] runs)
    {
        await using var published = new PublishedRuns(runs.ToAsyncEnumerable());
        return await SchemaDrift.Between(now, options ?? new MigrationOptions(), warehouse, published);
    }

    /// <summary>The one difference between two states of a table, and none after another run.</summary>
    public static async Task<SchemaChange> Only(Table before, Table after)
    {
        IReadOnlyList<HeldTable> warehouse = Published(Plan([before]), Monday);
        MigrationPlan now = Plan([after], warehouse: warehouse);
        SchemaChange change = Assert.Single((await Between(now, warehouse)).Changes);
        IReadOnlyList<HeldTable> next = Published(now, Monday.AddDays(1), warehouse);
        Assert.Empty((await Between(Plan([after], warehouse: next), next, null, Run(now, Monday.AddDays(1)))).Changes);
        return change;
    }

    private static HeldTable Held(TablePlan table, HeldTable? before, DateTimeOffset at)
    {
        var schema = TableSchema.Of(table, before?.Schema, (before?.Schema.SchemaId ?? -1) + 1, before?.LastColumnId ?? 0);
        return new HeldTable
        {
            Place = new(table.Namespace, table.Name),
            Source = table.Source,
            Oid = table.SourceOid,
            Origin = table.Origin,
            Columns = SourceColumns.Of(table),
            Omitted = table.OmittedColumns,
            Schema = schema,
            LastColumnId = Math.Max(before?.LastColumnId ?? 0, schema.Fields.Max(f => f.Id)),
            Written = at,
        };
    }
}
