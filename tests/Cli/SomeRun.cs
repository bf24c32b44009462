using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Cli;

/// <summary>A plan and a report to render, with names that break what does not encode them.</summary>
internal static class SomeRun
{
    public const string Hostile = "<script>alert('🦣')</script> & \"quotes\" [red]";

    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static MigrationPlan Plan() => new()
    {
        Database = "shop",
        SourceIdentity = "1.16384",
        ServerVersion = 150_018,
        Tables = [Table(0, "shop", "customers", 0, SizeClass.Small, 2_000, 1_000_000), Table(1, "shop", "orders", 1, SizeClass.Large, 8_000, 4_000_000), Table(2, "Odd", Hostile, 1, SizeClass.Medium, -1, 0)],
        LeftOut = [new(new("shop", "order_totals"), "view", "views are not copied")],
        Cycles = [[new("shop", "warehouses"), new("shop", "managers")]],
        Notes = ["Odd.Case and Odd.case differ only by case."],
    };

    public static RunReport Report() => new()
    {
        RunId = "run-7",
        Database = "shop",
        Source = "shop on db.example.com:5432 as reader",
        Warehouse = "file:///data/warehouse",
        Started = Start,
        Finished = Start.AddSeconds(83.4),
        Consistency = Consistency.Database,
        Snapshots = [new(1, "700:700:", "0/16B3748", Start)],
        Tables =
        [
            Result("shop.customers", "customers", Outcome.Published, 2_000, 700_000),
            Result("shop.orders", "orders", Outcome.Published, 1_700_000, 141_000_000),
            Result("shop.returns", "returns", Outcome.Unchanged, 0, 0),
            Result($"Odd.{Hostile}", Hostile, Outcome.Published, 10, 900) with { QuarantinedRows = 3 },
        ],
        LeftOut = [new("shop.order_totals", "view", "views are not copied")],
        Notes = ["types.extremes.date_ends is carried as text: a value of it did not fit date"],
        Tag = "mammoth-run-7",
    };

    public static RunReport FailedReport() => Report() with
    {
        Consistency = null,
        Tag = null,
        Tables =
        [
            Result("shop.customers", "customers", Outcome.Withheld, 2_000, 700_000),
            Result("shop.orders", "orders", Outcome.Failed, 0, 0) with { Error = "The role reader may not SELECT shop.orders. Grant it, or leave the table out with --exclude.", Verification = null },
        ],
    };

    public static TableReport Result(string source, string name, Outcome outcome, long rows, long bytes) => new()
    {
        Source = source,
        Namespace = "shop",
        Name = name,
        Batch = 0,
        Class = "small",
        Outcome = outcome,
        Epoch = 1,
        Rows = rows,
        SourceBytes = bytes,
        FileBytes = bytes / 4,
        Files = rows == 0 ? 0 : 1,
        Chunks = 1,
        CopyTime = TimeSpan.FromSeconds(2.5),
        Location = $"file:///data/warehouse/shop/{Uri.EscapeDataString(name)}",
        MetadataLocation = $"file:///data/warehouse/shop/{Uri.EscapeDataString(name)}/metadata/v1.metadata.json",
        SnapshotId = 42,
        Verification = new(rows, rows, $"{rows}:0123456789abcdef0123456789abcdef", $"{rows}:0123456789abcdef0123456789abcdef"),
        Columns = [new("id", "bigint", "id", "long", null), new("span", "interval", "span", "string", "interval has no Iceberg type"), new("UPPER", "text", "UPPER_2", "string", null)],
    };

    private static TablePlan Table(int index, string schema, string name, int batch, SizeClass size, long rows, long bytes) => new()
    {
        Index = index,
        Source = new(schema, name),
        SourceOid = (uint)(20_000 + index),
        Namespace = schema,
        Name = name == Hostile ? "odd_name" : name,
        Batch = batch,
        Class = size,
        ClassReason = "because",
        Columns =
        [
            Column("id", "bigint", new CopyType.Int8(), null, null),
            Column("span", "interval", new CopyType.Text(), "interval has no Iceberg type", null),
            Column("day", "date", new CopyType.Date(), null, "infinity, years outside 1 to 9999"),
        ],
        Heaps = [new(new(schema, name), (uint)(20_000 + index), 1, 1, bytes, 1)],
        EstimatedRows = rows,
        Bytes = bytes,
    };

    private static ColumnPlan Column(string name, string type, CopyType wire, string? note, string? mayNotFit) => new()
    {
        Source = name,
        Name = name,
        SourceType = type,
        Expression = $"\"{name}\"",
        TextExpression = $"\"{name}\"::text",
        Wire = wire,
        Required = false,
        Policy = TypePolicy.String,
        TargetType = IcebergForm.Describe(wire),
        Note = note,
        MayNotFit = mayNotFit,
    };
}
