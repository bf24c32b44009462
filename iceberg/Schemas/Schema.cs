namespace Mammoth.Iceberg.Schemas;

/// <summary>One field of a struct or schema; <paramref name="Id"/> is unique in its table and never reused.</summary>
public sealed record NestedField(int Id, string Name, bool Required, IcebergType Type, string? Doc = null)
{
    /// <summary>Format version 3: the value of rows written before the field was added, as JSON; carried through.</summary>
    public string? InitialDefault { get; init; }

    /// <summary>Format version 3: the value writers use where none is given, as JSON; carried through.</summary>
    public string? WriteDefault { get; init; }
}

/// <summary>A table's columns.</summary>
/// <param name="SchemaId">Which of the table's schemas this is, from 0.</param>
/// <param name="Fields">The columns in order.</param>
/// <param name="IdentifierFieldIds">The primary key's columns; empty where there is none.</param>
public sealed record Schema(int SchemaId, IReadOnlyList<NestedField> Fields, IReadOnlyList<int> IdentifierFieldIds)
{
    /// <summary>Whether two schemas say the same, whatever their ids.</summary>
    public bool SameAs(Schema other) => Fields.SequenceEqual(other.Fields) && IdentifierFieldIds.Order().SequenceEqual(other.IdentifierFieldIds.Order());

    public bool Equals(Schema? other) => other is not null && SchemaId == other.SchemaId && SameAs(other);

    public override int GetHashCode() => Fields.Aggregate(SchemaId, HashCode.Combine);
}
