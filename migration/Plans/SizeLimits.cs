namespace Mammoth.Migration.Plans;

/// <summary>From which rows or bytes on a table is medium or large.</summary>
public sealed record SizeLimits
{
    public long MediumRows { get; init; } = 500_000;
    public long LargeRows { get; init; } = 20_000_000;

    /// <summary>Heap and TOAST.</summary>
    public long MediumBytes { get; init; } = 64L << 20;

    public long LargeBytes { get; init; } = 1L << 30;
}
