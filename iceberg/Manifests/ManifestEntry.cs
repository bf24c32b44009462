namespace Mammoth.Iceberg.Manifests;

/// <summary>What a manifest's snapshot did with a file.</summary>
public enum ManifestStatus
{
    Existing = 0,
    Added = 1,
    Deleted = 2,
}

/// <summary>
/// One file in a manifest (Iceberg spec, "Manifest Entry Fields"). Ids and sequence numbers may be null only in a file that was added and not yet read
/// through a manifest list: they are inherited from the list.
/// </summary>
public sealed record ManifestEntry(ManifestStatus Status, long? SnapshotId, long? SequenceNumber, long? FileSequenceNumber, DataFile File)
{
    /// <summary>Whether the file is part of the table.</summary>
    public bool IsLive => Status != ManifestStatus.Deleted;
}
