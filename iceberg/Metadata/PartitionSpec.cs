namespace Mammoth.Iceberg.Metadata;

/// <summary>How a table's files are partitioned (Iceberg spec, "Partition Specs").</summary>
public sealed record PartitionSpec(int SpecId, IReadOnlyList<PartitionField> Fields)
{
    /// <summary>Partition field ids start at 1000.</summary>
    public const int LastIdBeforeFirst = 999;

    public static PartitionSpec Unpartitioned { get; } = new(0, []);

    public bool IsUnpartitioned => Fields.Count == 0;

    public bool Equals(PartitionSpec? other) => other is not null && SpecId == other.SpecId && Fields.SequenceEqual(other.Fields);

    public override int GetHashCode() => Fields.Aggregate(SpecId, HashCode.Combine);
}

/// <summary>One value files are partitioned by: a transform, as the specification spells it (<c>identity</c>, <c>bucket[16]</c>, <c>day</c> …), of a column.</summary>
public sealed record PartitionField(int SourceId, int FieldId, string Name, string Transform);
