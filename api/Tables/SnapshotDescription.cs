using System.Globalization;
using Mammoth.Iceberg.Metadata;

namespace Mammoth.Api.Tables;

/// <summary>A table's snapshots, the latest first.</summary>
public sealed record SnapshotList(IReadOnlyList<SnapshotDescription> Snapshots);

/// <summary>A snapshot of a table.</summary>
/// <param name="Refs">Names of the tags and branches that name it.</param>
/// <param name="Summary">What its writer noted.</param>
public sealed record SnapshotDescription(
    string Id, string? Parent, DateTimeOffset At, string Operation, bool Current, IReadOnlyList<string> Refs, long? Rows, long? Files, long? Bytes, IReadOnlyDictionary<string, string> Summary, string ManifestList)
{
    internal static SnapshotDescription Of(TableMetadata table, Snapshot snapshot) => new(
        snapshot.SnapshotId.ToString(CultureInfo.InvariantCulture),
        snapshot.ParentSnapshotId?.ToString(CultureInfo.InvariantCulture),
        snapshot.Time(),
        snapshot.Operation,
        snapshot.SnapshotId == table.CurrentSnapshotId,
        [.. table.Refs.Where(r => r.Value.SnapshotId == snapshot.SnapshotId).Select(r => r.Key).Order(StringComparer.Ordinal)],
        snapshot.Total("total-records"),
        snapshot.Total("total-data-files"),
        snapshot.Total("total-files-size"),
        snapshot.Summary,
        snapshot.ManifestList);
}

/// <summary>What a snapshot's summary says; a writer may have left things out.</summary>
internal static class SnapshotSummary
{
    public static long? Total(this Snapshot snapshot, string key) =>
        snapshot.Summary.TryGetValue(key, out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number : null;

    public static DateTimeOffset Time(this Snapshot snapshot) => DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs);
}
