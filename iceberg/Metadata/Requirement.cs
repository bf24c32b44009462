namespace Mammoth.Iceberg.Metadata;

/// <summary>What must hold of a table for a commit to be right (the requirements of Iceberg's REST catalog protocol).</summary>
public abstract record Requirement
{
    /// <summary>Null where it holds; otherwise a clause that says what was found instead.</summary>
    /// <param name="table">The table's current state; null: it does not exist.</param>
    public abstract string? Unmet(TableMetadata? table);
}

/// <summary>The table must not exist.</summary>
public sealed record AssertCreate : Requirement
{
    public override string? Unmet(TableMetadata? table) => table is null ? null : "the table already exists";
}

/// <summary>The table must be this one, not another of the same name.</summary>
public sealed record AssertTableUuid(Guid Uuid) : Requirement
{
    public override string? Unmet(TableMetadata? table) => Missing(table) ?? (table!.TableUuid == Uuid ? null : $"it is another table (uuid {table.TableUuid}, expected {Uuid})");

    internal static string? Missing(TableMetadata? table) => table is null ? "the table does not exist" : null;
}

/// <summary>A branch or tag must name this snapshot; null: it must not exist.</summary>
public sealed record AssertRefSnapshotId(string Ref, long? SnapshotId) : Requirement
{
    public override string? Unmet(TableMetadata? table)
    {
        long? found = table is not null && table.Refs.TryGetValue(Ref, out var reference) ? reference.SnapshotId : null;
        return found == SnapshotId ? null : $"'{Ref}' is at snapshot {found?.ToString() ?? "none"}, expected {SnapshotId?.ToString() ?? "none"}";
    }
}

public sealed record AssertLastAssignedFieldId(int LastAssignedFieldId) : Requirement
{
    public override string? Unmet(TableMetadata? table) => AssertTableUuid.Missing(table)
        ?? (table!.LastColumnId == LastAssignedFieldId ? null : $"its highest field id is {table.LastColumnId}, expected {LastAssignedFieldId}");
}

public sealed record AssertCurrentSchemaId(int CurrentSchemaId) : Requirement
{
    public override string? Unmet(TableMetadata? table) => AssertTableUuid.Missing(table)
        ?? (table!.CurrentSchemaId == CurrentSchemaId ? null : $"its current schema is {table.CurrentSchemaId}, expected {CurrentSchemaId}");
}

public sealed record AssertLastAssignedPartitionId(int LastAssignedPartitionId) : Requirement
{
    public override string? Unmet(TableMetadata? table) => AssertTableUuid.Missing(table)
        ?? (table!.LastPartitionId == LastAssignedPartitionId ? null : $"its highest partition field id is {table.LastPartitionId}, expected {LastAssignedPartitionId}");
}

public sealed record AssertDefaultSpecId(int DefaultSpecId) : Requirement
{
    public override string? Unmet(TableMetadata? table) => AssertTableUuid.Missing(table)
        ?? (table!.DefaultSpecId == DefaultSpecId ? null : $"its default partition spec is {table.DefaultSpecId}, expected {DefaultSpecId}");
}

public sealed record AssertDefaultSortOrderId(int DefaultSortOrderId) : Requirement
{
    public override string? Unmet(TableMetadata? table) => AssertTableUuid.Missing(table)
        ?? (table!.DefaultSortOrderId == DefaultSortOrderId ? null : $"its default sort order is {table.DefaultSortOrderId}, expected {DefaultSortOrderId}");
}
