namespace Mammoth.Migration.Recovery;

/// <summary>What bringing a table back showed.</summary>
/// <param name="Table">Namespace and name in the warehouse.</param>
/// <param name="Name">The name under which it came back; null where it did not.</param>
/// <param name="SnapshotId">The snapshot that was brought back.</param>
/// <param name="Recorded">The digest recorded with the snapshot; null where Mammoth did not write it.</param>
/// <param name="Found">The digest of the rows that PostgreSQL has now; null where they did not all come back.</param>
/// <param name="Quarantined">Rows of the table in quarantine.</param>
/// <param name="QuarantinedBack">Those of them that came back as well.</param>
/// <param name="Bytes">Of data files and large values.</param>
/// <param name="Seconds">What it took.</param>
/// <param name="Remarks">What is not as it was in the source, and why: columns that were masked or left out, columns that stay text. Sentences.</param>
/// <param name="Problem">What is wrong: a sentence; null where what came back is what was published. Quarantined rows that PostgreSQL does not take back are none: see <see cref="QuarantinedNotBack"/>.</param>
public sealed record TableRehearsal(
    string Table, string? Name, long? SnapshotId, string? Recorded, string? Found, long Quarantined, long QuarantinedBack, long Bytes, double Seconds, IReadOnlyList<string> Remarks, string? Problem)
{
    public bool Holds => Problem is null;

    /// <summary>Quarantined rows that PostgreSQL does not take back, and of which nothing was compared but their bytes in the warehouse; 0 where the table itself did not come back.</summary>
    public long QuarantinedNotBack => Found is null ? 0 : Quarantined - QuarantinedBack;

    /// <summary>Rows that came back, without those of the quarantine.</summary>
    public long Rows => Found is null ? 0 : Postgres.Copy.RowDigest.Parse(Found).Rows;
}
