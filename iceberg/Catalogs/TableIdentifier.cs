namespace Mammoth.Iceberg.Catalogs;

/// <summary>A table's name in the catalog; namespaces have one level (PostgreSQL's schemas). Compared exactly.</summary>
public sealed record TableIdentifier(string Namespace, string Name) : IComparable<TableIdentifier>
{
    public int CompareTo(TableIdentifier? other) => other is null
        ? 1
        : string.CompareOrdinal(Namespace, other.Namespace) is var order and not 0 ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Namespace}.{Name}";

    public static bool operator <(TableIdentifier left, TableIdentifier right) => left.CompareTo(right) < 0;

    public static bool operator >(TableIdentifier left, TableIdentifier right) => left.CompareTo(right) > 0;

    public static bool operator <=(TableIdentifier left, TableIdentifier right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TableIdentifier left, TableIdentifier right) => left.CompareTo(right) >= 0;
}
