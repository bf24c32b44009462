using System.Globalization;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Errors;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Verification;

namespace Mammoth.Migration.Recovery;

/// <summary>Chooses the tables of a rehearsal: as many as its bytes allow, those rehearsed longest ago first.</summary>
public static class RecoveryChoice
{
    /// <summary>Bytes of files that a rehearsal reads where nothing else is said.</summary>
    public const long DefaultBytes = 10L << 30;

    /// <param name="wanted">Which of the warehouse's tables.</param>
    /// <param name="mostBytes">Bytes of data files and large values.</param>
    /// <exception cref="MammothException">No table is brought back.</exception>
    public static async Task<RecoveryPlan> Choose(IFileIO io, StorageCatalog catalog, Func<TableIdentifier, bool> wanted, long mostBytes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        IReadOnlyList<LoadedTable> all = await catalog.LoadAll(cancellation);
        IReadOnlyDictionary<string, DateTimeOffset> times = await RehearsalTimes.Read(io, catalog.Root, cancellation);
        var chosen = new List<(LoadedTable Table, long Bytes)>();
        var leftOut = new List<LeftOutTable>();
        long left = mostBytes;
        foreach (LoadedTable table in all.Where(t => !QuarantineTable.IsQuarantine(t.Metadata) && wanted(t.Identifier)).OrderBy(t => RehearsalTimes.Of(times, t.Identifier)).ThenBy(t => t.Identifier))
        {
            if (PublishedProof.Recorded(table.Metadata) is not { } recorded)
            {
                leftOut.Add(new(table.Identifier.ToString(), "its current snapshot was not written by Mammoth: nothing says how its rows were read"));
                continue;
            }

            long bytes = Bytes(recorded.Snapshot);
            if (bytes > left)
            {
                leftOut.Add(new(table.Identifier.ToString(), bytes > mostBytes
                    ? string.Create(CultureInfo.InvariantCulture, $"it has {bytes} bytes, more than a rehearsal may read ({mostBytes})")
                    : "its turn is another time: a rehearsal reads no more bytes")
                {
                    IsTooLarge = bytes > mostBytes,
                });
                continue;
            }

            left -= bytes;
            chosen.Add((table, bytes));
        }

        IReadOnlyList<RecoveryNames> names = RecoveryNames.Of(chosen.Select(t => (t.Table.Identifier, t.Table.Metadata)));
        RecoveryTable[] tables = [.. chosen.Zip(names, (t, n) => new RecoveryTable(t.Table.Identifier, t.Table.MetadataLocation, t.Bytes, n))];
        return new RecoveryPlan(tables, all.FirstOrDefault(t => t.Identifier == QuarantineTable.Identifier && QuarantineTable.IsQuarantine(t.Metadata))?.MetadataLocation, leftOut).OrFail(catalog.Root);
    }

    private static long Bytes(Snapshot snapshot) =>
        (long.TryParse(snapshot.Summary.GetValueOrDefault("total-files-size"), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : 0) + SnapshotLargeValues.Bytes(snapshot);
}
