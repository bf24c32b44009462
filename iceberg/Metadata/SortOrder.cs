namespace Mammoth.Iceberg.Metadata;

/// <summary>How rows are sorted within files (Iceberg spec, "Sort Orders"); order 0 is unsorted.</summary>
public sealed record SortOrder(int OrderId, IReadOnlyList<SortField> Fields)
{
    public static SortOrder Unsorted { get; } = new(0, []);

    public bool Equals(SortOrder? other) => other is not null && OrderId == other.OrderId && Fields.SequenceEqual(other.Fields);

    public override int GetHashCode() => Fields.Aggregate(OrderId, HashCode.Combine);
}

/// <param name="Direction"><c>asc</c> or <c>desc</c>.</param>
/// <param name="NullOrder"><c>nulls-first</c> or <c>nulls-last</c>.</param>
public sealed record SortField(int SourceId, string Transform, string Direction, string NullOrder);
