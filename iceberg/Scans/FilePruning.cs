using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Scans;

/// <summary>Leaves out manifests and files that can't hold a row a scan asks for, by partition values and column bounds. In doubt they stay.</summary>
internal sealed class FilePruning
{
    private readonly TableMetadata _metadata;
    private readonly List<(ColumnPredicate Predicate, NestedField Field)> _predicates;

    /// <exception cref="ArgumentException">A predicate names no column of the schema, or compares it with a value of another type.</exception>
    public FilePruning(TableMetadata metadata, Schema schema, IReadOnlyList<ColumnPredicate> predicates)
    {
        _metadata = metadata;
        _predicates = [.. predicates.Select(predicate => (predicate, Checked(schema, predicate)))];
    }

    public bool MayMatch(ManifestFile manifest)
    {
        if (manifest.Partitions is not { } summaries || Spec(manifest.PartitionSpecId) is not { } spec)
            return true;
        return _predicates.All(p => spec.Fields.Zip(summaries).All(pair =>
            pair.First.SourceId != p.Field.Id || pair.First.Transform != "identity" || MayMatch(p.Predicate, p.Field.Type, pair.Second)));
    }

    public bool MayMatch(DataFile file, int specId)
    {
        foreach (var (predicate, field) in _predicates)
        {
            foreach (var partition in Spec(specId)?.Fields ?? [])
                if (partition.SourceId == field.Id && partition.Transform == "identity"
                    && file.Partition.TryGetValue(partition.FieldId, out var value) && !Matches(predicate, field.Type, value))
                    return false;
            if (!MayMatch(predicate, field, file))
                return false;
        }
        return true;
    }

    private static NestedField Checked(Schema schema, ColumnPredicate predicate)
    {
        var field = schema.Find(predicate.Column) ?? throw new ArgumentException($"There is no column '{predicate.Column}' to filter by.");
        if (predicate.Comparison is Comparison.IsNull or Comparison.IsNotNull)
            return field;
        if (predicate.Value is null)
            throw new ArgumentException($"Column '{predicate.Column}' can't be compared with null; use {nameof(Comparison.IsNull)}.");
        // Throws where the value is of another type.
        SingleValue.Serialize(field.Type, predicate.Value);
        return field;
    }

    private PartitionSpec? Spec(int id) => _metadata.PartitionSpecs.FirstOrDefault(spec => spec.SpecId == id);

    private static bool MayMatch(ColumnPredicate predicate, IcebergType type, PartitionSummary summary) => predicate.Comparison switch
    {
        Comparison.IsNull => summary.ContainsNull,
        Comparison.IsNotNull => summary.LowerBound is not null || summary.ContainsNan != false,
        _ => summary.ContainsNan != false && IsFloat(type)
            || (summary is { LowerBound: { } lower, UpperBound: { } upper } && Overlaps(predicate, type, lower, upper)),
    };

    private static bool MayMatch(ColumnPredicate predicate, NestedField field, DataFile file)
    {
        var values = Count(file.ValueCounts, field.Id);
        var nulls = Count(file.NullValueCounts, field.Id);
        if (predicate.Comparison == Comparison.IsNull)
            return nulls != 0;
        if (values is not null && nulls == values)
            return false;
        if (predicate.Comparison == Comparison.IsNotNull)
            return true;
        // NaN is in no bound, and engines differ in what it compares to.
        if (IsFloat(field.Type) && Count(file.NanValueCounts, field.Id) != 0)
            return true;
        return Overlaps(predicate, field.Type, file.LowerBounds?.GetValueOrDefault(field.Id), file.UpperBounds?.GetValueOrDefault(field.Id));
    }

    private static long? Count(IReadOnlyDictionary<int, long>? counts, int id) => counts is not null && counts.TryGetValue(id, out var count) ? count : null;

    private static bool IsFloat(IcebergType type) => type is PrimitiveType { Kind: PrimitiveKind.Float or PrimitiveKind.Double };

    // Bounds may be missing, and may be wider than the values: they are cut for strings and binaries.
    private static bool Overlaps(ColumnPredicate predicate, IcebergType type, byte[]? lower, byte[]? upper)
    {
        // To some engines NaN is above all numbers, to others it compares with none.
        if (predicate.Value is float.NaN or double.NaN)
            return true;
        var above = lower is null ? 1 : Compare(predicate.Value!, type, lower);
        var below = upper is null ? -1 : Compare(predicate.Value!, type, upper);
        return predicate.Comparison switch
        {
            Comparison.Equal => above >= 0 && below <= 0,
            Comparison.Less => above > 0,
            Comparison.LessOrEqual => above >= 0,
            Comparison.Greater => below < 0,
            Comparison.GreaterOrEqual => below <= 0,
            _ => true,
        };
    }

    private static bool Matches(ColumnPredicate predicate, IcebergType type, object? value)
    {
        if (value is null || predicate.Comparison is Comparison.IsNull or Comparison.IsNotNull)
            return value is null == (predicate.Comparison == Comparison.IsNull);
        if (value is float.NaN or double.NaN || predicate.Value is float.NaN or double.NaN)
            return true;
        var bound = SingleValue.Serialize(type, SingleValue.Widened(type, value));
        return predicate.Comparison == Comparison.NotEqual ? Compare(predicate.Value!, type, bound) != 0 : Overlaps(predicate, type, bound, bound);
    }

    private static int Compare(object value, IcebergType type, byte[] bound) => (value, SingleValue.Deserialize(type, bound)) switch
    {
        // Both zeros are equal to a reader, and ordered only in bounds.
        (0f, 0f) or (0d, 0d) => 0,
        var (left, right) => ValueOrder.Compare(left, right),
    };
}
