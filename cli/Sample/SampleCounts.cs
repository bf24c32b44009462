namespace Mammoth.Cli.Sample;

/// <summary>Rows of each table, for a size.</summary>
internal sealed record SampleCounts
{
    public required int Customers { get; init; }
    public required int Products { get; init; }
    public required int Employees { get; init; }
    public required int Warehouses { get; init; }
    public required int Suppliers { get; init; }
    public required int Orders { get; init; }
    public required int Events { get; init; }
    public required int LogLines { get; init; }
    public required int Attachments { get; init; }

    /// <summary>Bytes that most attachments stay below.</summary>
    public required int AttachmentBytes { get; init; }

    public required int Readings { get; init; }
    public required int Places { get; init; }
    public required int EveryType { get; init; }

    public static SampleCounts Of(SampleSize size) => size switch
    {
        SampleSize.Small => Small,
        SampleSize.Medium => Medium,
        _ => Medium with
        {
            Customers = 2_000_000,
            Products = 100_000,
            Orders = 17_000_000,
            Events = 17_000_000,
            LogLines = 3_000_000,
            Attachments = 4_000,
            Readings = 100_000,
        },
    };

    private static SampleCounts Small => new()
    {
        Customers = 2_000,
        Products = 500,
        Employees = 100,
        Warehouses = 12,
        Suppliers = 60,
        Orders = 8_000,
        Events = 9_000,
        LogLines = 3_000,
        Attachments = 40,
        AttachmentBytes = 64 << 10,
        Readings = 300,
        Places = 200,
        EveryType = 200,
    };

    private static SampleCounts Medium => new()
    {
        Customers = 200_000,
        Products = 20_000,
        Employees = 5_000,
        Warehouses = 200,
        Suppliers = 2_000,
        Orders = 1_700_000,
        Events = 1_700_000,
        LogLines = 300_000,
        Attachments = 400,
        AttachmentBytes = 512 << 10,
        Readings = 20_000,
        Places = 20_000,
        EveryType = 2_000,
    };
}
