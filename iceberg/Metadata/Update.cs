using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Metadata;

/// <summary>One change of a table (the updates of Iceberg's REST catalog protocol); <see cref="MetadataChanges.Apply"/> carries them out.</summary>
public abstract record Update
{
    /// <summary>As a schema, spec or order id: the one that the same commit added last.</summary>
    public const int LastAdded = -1;
}

/// <summary>Gives a new table its uuid.</summary>
public sealed record AssignUuid(Guid Uuid) : Update;

public sealed record UpgradeFormatVersion(int FormatVersion) : Update;

/// <summary>Adds a schema; where the table already has the same one, that is reused. The id in the schema is only a wish.</summary>
public sealed record AddSchema(Schema Schema) : Update;

/// <param name="SchemaId">An id, or <see cref="Update.LastAdded"/>.</param>
public sealed record SetCurrentSchema(int SchemaId) : Update;

public sealed record AddPartitionSpec(PartitionSpec Spec) : Update;

/// <param name="SpecId">An id, or <see cref="Update.LastAdded"/>.</param>
public sealed record SetDefaultSpec(int SpecId) : Update;

public sealed record AddSortOrder(SortOrder SortOrder) : Update;

/// <param name="SortOrderId">An id, or <see cref="Update.LastAdded"/>.</param>
public sealed record SetDefaultSortOrder(int SortOrderId) : Update;

/// <summary>Adds a snapshot that nothing names yet.</summary>
public sealed record AddSnapshot(Snapshot Snapshot) : Update;

/// <summary>Makes or moves a branch or tag.</summary>
public sealed record SetSnapshotRef(string RefName, SnapshotRef Reference) : Update;

public sealed record RemoveSnapshotRef(string RefName) : Update;

/// <summary>Forgets snapshots, and the references to them; their files are not touched.</summary>
public sealed record RemoveSnapshots(IReadOnlyList<long> SnapshotIds) : Update;

public sealed record SetLocation(string Location) : Update;

public sealed record SetProperties(IReadOnlyDictionary<string, string> Updates) : Update;

public sealed record RemoveProperties(IReadOnlyList<string> Removals) : Update;
