using System.Globalization;
using Mammoth.Iceberg.Metadata;

namespace Mammoth.Cli.Tables;

/// <summary>What a snapshot's summary says; a writer may have left things out.</summary>
internal static class SnapshotFacts
{
    public static long? TotalRows(this Snapshot snapshot) => Number(snapshot, "total-records");

    public static long? TotalFiles(this Snapshot snapshot) => Number(snapshot, "total-data-files");

    public static long? TotalBytes(this Snapshot snapshot) => Number(snapshot, "total-files-size");

    public static DateTimeOffset Time(this Snapshot snapshot) => DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs);

    private static long? Number(Snapshot snapshot, string key) =>
        snapshot.Summary.TryGetValue(key, out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number : null;
}
