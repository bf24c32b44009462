using System.IO.Hashing;
using System.Text;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// A snapshot's identifier with a fingerprint of what it sees: <c>00000003-0000001B-1@9f86d081884c7d65</c>. The server gives out the identifiers of exported
/// snapshots anew after each restart; without the fingerprint an old one could lead to the snapshot of somebody else.
/// </summary>
/// <param name="Exported">What <c>pg_export_snapshot</c> gave.</param>
/// <param name="Fingerprint">Of what it sees; null where only the exported identifier is known, and any snapshot of that name is meant.</param>
internal readonly record struct SnapshotToken(string Exported, string? Fingerprint)
{
    private const char Separator = '@';

    /// <param name="exported">What <c>pg_export_snapshot</c> gave.</param>
    /// <param name="visible"><c>pg_current_snapshot()</c>: may list thousands of transactions, which no history should carry.</param>
    public static SnapshotToken Of(string exported, string visible) => new(exported, FingerprintOf(visible));

    public static SnapshotToken Parse(string token)
    {
        int at = token.LastIndexOf(Separator);
        return at < 0 ? new(token, null) : new(token[..at], token[(at + 1)..]);
    }

    /// <summary>Whether a snapshot that was imported under this identifier is the one that was meant.</summary>
    public bool Means(string visible) => Fingerprint is null || Fingerprint == FingerprintOf(visible);

    public override string ToString() => Fingerprint is null ? Exported : $"{Exported}{Separator}{Fingerprint}";

    private static string FingerprintOf(string visible) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(visible)).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
