namespace Mammoth.Iceberg.Schemas;

/// <summary>One field of a struct or schema; <paramref name="Id"/> is unique in its table and never reused.</summary>
public sealed record NestedField(int Id, string Name, bool Required, IcebergType Type, string? Doc = null);

/// <summary>A table's columns.</summary>
/// <param name="SchemaId">Which of the table's schemas this is, from 0.</param>
/// <param name="Fields">The columns in order.</param>
/// <param name="IdentifierFieldIds">The primary key's columns; empty where there is none.</param>
public sealed record Schema(int SchemaId, IReadOnlyList<NestedField> Fields, IReadOnlyList<int> IdentifierFieldIds);
