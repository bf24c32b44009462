namespace Mammoth.Iceberg.Schemas;

/// <summary>A type of the table format (Iceberg spec, "Schemas and Data Types").</summary>
public abstract record IcebergType;

/// <summary>The primitive types that carry no parameter.</summary>
public enum PrimitiveKind
{
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    /// <summary>Format version 3: nanoseconds. Read only.</summary>
    TimestampNs,
    /// <summary>Format version 3: nanoseconds, UTC. Read only.</summary>
    TimestampTzNs,
    String,
    Uuid,
    Binary,
}

/// <summary>A primitive type without parameters.</summary>
public sealed record PrimitiveType(PrimitiveKind Kind) : IcebergType
{
    public static PrimitiveType Boolean { get; } = new(PrimitiveKind.Boolean);
    public static PrimitiveType Int { get; } = new(PrimitiveKind.Int);
    public static PrimitiveType Long { get; } = new(PrimitiveKind.Long);
    public static PrimitiveType Float { get; } = new(PrimitiveKind.Float);
    public static PrimitiveType Double { get; } = new(PrimitiveKind.Double);
    public static PrimitiveType Date { get; } = new(PrimitiveKind.Date);
    public static PrimitiveType Time { get; } = new(PrimitiveKind.Time);
    public static PrimitiveType Timestamp { get; } = new(PrimitiveKind.Timestamp);
    public static PrimitiveType TimestampTz { get; } = new(PrimitiveKind.TimestampTz);
    public static PrimitiveType TimestampNs { get; } = new(PrimitiveKind.TimestampNs);
    public static PrimitiveType TimestampTzNs { get; } = new(PrimitiveKind.TimestampTzNs);
    public static PrimitiveType String { get; } = new(PrimitiveKind.String);
    public static PrimitiveType Uuid { get; } = new(PrimitiveKind.Uuid);
    public static PrimitiveType Binary { get; } = new(PrimitiveKind.Binary);
}

/// <summary>A decimal of <paramref name="Precision"/> digits (1 to 38), <paramref name="Scale"/> of them behind the point.</summary>
public sealed record DecimalType(int Precision, int Scale) : IcebergType;

/// <summary>Binary values of exactly <paramref name="Length"/> bytes.</summary>
public sealed record FixedType(int Length) : IcebergType;

/// <summary>A list; the element has a field id of its own.</summary>
public sealed record ListType(int ElementId, IcebergType Element, bool ElementRequired) : IcebergType;

/// <summary>A map; keys are always required, key and value have field ids of their own.</summary>
public sealed record MapType(int KeyId, IcebergType Key, int ValueId, IcebergType Value, bool ValueRequired) : IcebergType;

/// <summary>A struct of named fields.</summary>
public sealed record StructType(IReadOnlyList<NestedField> Fields) : IcebergType
{
    // Two structs are the same type when their fields are, whichever lists hold them.
    public bool Equals(StructType? other) => other is not null && Fields.SequenceEqual(other.Fields);

    public override int GetHashCode() => Fields.Aggregate(17, HashCode.Combine);
}

/// <summary>A type this version can't read (<c>variant</c>, <c>geometry(…)</c>, <c>unknown</c> …), carried through as it was written.</summary>
public sealed record OtherType(string Text) : IcebergType;
