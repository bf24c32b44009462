namespace Mammoth.Postgres.Catalog;

/// <summary>What a type is made of (<c>pg_type.typtype</c>, arrays told apart).</summary>
public enum PgTypeKind
{
    Base,
    Array,
    Composite,
    Domain,
    Enum,
    Range,
    Multirange,
    Pseudo,
}

/// <summary>A PostgreSQL type, with all it is made of.</summary>
/// <param name="Oid">Its oid in this database; fixed below 16384.</param>
/// <param name="Schema">Its schema, <c>pg_catalog</c> for built-in types.</param>
/// <param name="Name">Its internal name (<c>int4</c>, <c>_int4</c> for an array).</param>
/// <param name="Kind">What it is made of.</param>
/// <param name="HasBinarySend">Whether the type has a binary send function (an array or composite: whether all its parts have).</param>
public sealed record PgType(uint Oid, string Schema, string Name, PgTypeKind Kind, bool HasBinarySend)
{
    /// <summary>An array's element type; a domain's base type (domains over domains: the next one down); a range's subtype.</summary>
    public PgType? Of { get; init; }

    /// <summary>A domain's type modifier for <see cref="Of"/>, -1 where there is none.</summary>
    public int OfModifier { get; init; } = -1;

    /// <summary>Whether a domain is declared NOT NULL.</summary>
    public bool NotNull { get; init; }

    /// <summary>A composite's attributes in order.</summary>
    public IReadOnlyList<PgAttribute> Attributes { get; init; } = [];

    /// <summary>An enum's labels in order.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The extension that owns the type (<c>hstore</c>, <c>citext</c>, <c>postgis</c>), or null.</summary>
    public string? Extension { get; init; }
}

/// <summary>One attribute of a composite type.</summary>
public sealed record PgAttribute(string Name, PgType Type, int Modifier);
