namespace Mammoth.Migration.Types;

/// <summary>What happens to a value that its column's exact Iceberg type can't hold.</summary>
public enum TypePolicy
{
    /// <summary>The column becomes a string holding the exact text PostgreSQL prints. The default.</summary>
    String,

    /// <summary>The table fails, naming the row.</summary>
    Fail,

    /// <summary>The row goes to the table <c>mammoth.quarantine</c>, whole, with its key, the value and the reason.</summary>
    Quarantine,
}
