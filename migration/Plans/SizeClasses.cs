using System.Globalization;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Plans;

/// <summary>Sorts tables into small, medium and large by rows, bytes and how wide they are.</summary>
internal static class SizeClasses
{
    private const long MediumBytes = 64L << 20;
    private const long LargeBytes = 1L << 30;
    private const long MediumRows = 500_000;
    private const long LargeRows = 20_000_000;

    /// <summary>From this many columns on a row costs about twice, so that the limits in rows halve.</summary>
    private const int ManyColumns = 50;

    public static (SizeClass Class, string Reason) Of(Table table, long bytes)
    {
        int complexity = table.Columns.Count >= ManyColumns ? 2 : 1;
        long rows = Math.Max(0, table.EstimatedRows) * complexity;
        string reason = string.Create(CultureInfo.InvariantCulture, $"about {Math.Max(0, table.EstimatedRows):N0} rows, {bytes / 1048576.0:N1} MiB, {table.Columns.Count} columns");
        SizeClass size = rows >= LargeRows || bytes >= LargeBytes ? SizeClass.Large
            : rows >= MediumRows || bytes >= MediumBytes ? SizeClass.Medium
            : SizeClass.Small;
        return (size, reason);
    }
}
