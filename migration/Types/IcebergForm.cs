using Mammoth.Iceberg.Schemas;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Types;

/// <summary>The Iceberg type of each wire form; its Arrow type is <see cref="CopyType.ArrowType"/>.</summary>
public static class IcebergForm
{
    /// <summary>The Iceberg type, nested field ids taken from <paramref name="nextId"/>.</summary>
    public static IcebergType Of(CopyType wire, Func<int> nextId) => wire switch
    {
        CopyType.Bool => PrimitiveType.Boolean,
        CopyType.Int2 or CopyType.Int4 => PrimitiveType.Int,
        CopyType.Int8 or CopyType.Oid => PrimitiveType.Long,
        CopyType.Float4 => PrimitiveType.Float,
        CopyType.Float8 => PrimitiveType.Double,
        CopyType.Numeric n => new DecimalType(n.Precision, n.Scale),
        CopyType.Money m => new DecimalType(19, m.Scale),
        CopyType.Text or CopyType.VersionedText => PrimitiveType.String,
        CopyType.Bytea => PrimitiveType.Binary,
        CopyType.Uuid => PrimitiveType.Uuid,
        CopyType.Date => PrimitiveType.Date,
        CopyType.Time => PrimitiveType.Time,
        CopyType.Timestamp => PrimitiveType.Timestamp,
        CopyType.TimestampTz => PrimitiveType.TimestampTz,
        CopyType.Hstore => new MapType(nextId(), PrimitiveType.String, nextId(), PrimitiveType.String, ValueRequired: false),
        CopyType.Array a => new ListType(nextId(), Of(a.Element, nextId), ElementRequired: false),
        CopyType.Composite c => Struct(c, nextId),
        _ => throw new ArgumentOutOfRangeException(nameof(wire), wire, "A wire form without an Iceberg type."),
    };

    /// <summary>The type as the plan shows it, e.g. <c>decimal(10, 2)</c>, <c>list&lt;int&gt;</c>.</summary>
    public static string Describe(CopyType wire) => wire switch
    {
        CopyType.Array a => $"list<{Describe(a.Element)}>",
        CopyType.Composite c => $"struct<{string.Join(", ", c.Fields.Select(f => $"{f.Name}: {Describe(f.Type)}"))}>",
        CopyType.Hstore => "map<string, string>",
        _ => Of(wire, () => 0) switch
        {
            DecimalType d => $"decimal({d.Precision}, {d.Scale})",
            PrimitiveType p => Name(p.Kind),
            var other => throw new ArgumentOutOfRangeException(nameof(wire), other, "A type without a name."),
        },
    };

    private static string Name(PrimitiveKind kind) => kind == PrimitiveKind.TimestampTz ? "timestamptz" : kind.ToString().ToLowerInvariant();

    private static StructType Struct(CopyType.Composite composite, Func<int> nextId)
    {
        // Ids of one level are consecutive, as the reference implementation assigns them.
        int[] ids = [.. composite.Fields.Select(_ => nextId())];
        return new StructType([.. composite.Fields.Select((f, i) => new NestedField(ids[i], f.Name, Required: false, Of(f.Type, nextId)))]);
    }
}
