using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Manifests;

/// <summary>The struct of a spec's partition values (Iceberg spec, "Partition Transforms", result types).</summary>
public static class PartitionTypes
{
    /// <exception cref="NotSupportedException">The spec has a transform this version does not know.</exception>
    public static StructType Of(Schema schema, PartitionSpec spec) =>
        new([.. spec.Fields.Select(field => new NestedField(field.FieldId, field.Name, false, ResultOf(schema, field)))]);

    private static IcebergType ResultOf(Schema schema, PartitionField field)
    {
        var name = field.Transform.Split('[')[0];
        return name switch
        {
            "bucket" or "year" or "month" or "hour" => PrimitiveType.Int,
            "day" => PrimitiveType.Date,
            // A column that was dropped since can only be partitioned by void, whose values are all null.
            "identity" or "truncate" or "void" => schema.Find(field.SourceId)?.Type ?? PrimitiveType.Int,
            _ => throw new NotSupportedException($"The partition transform '{field.Transform}' is not known."),
        };
    }
}
