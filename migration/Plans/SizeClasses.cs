using System.Globalization;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Plans;

/// <summary>Sorts tables into small, medium and large by rows, bytes and how much work a row is, and says why.</summary>
internal static class SizeClasses
{
    /// <summary>From this many columns on a row costs about twice.</summary>
    private const int ManyColumns = 50;

    /// <summary>From so many bytes a row on, most of it lies in TOAST, where each row is looked up by itself.</summary>
    private const long LargeRow = 8 << 10;

    private const double Mebibyte = 1 << 20;

    public static (SizeClass Class, string Reason) Of(IReadOnlyList<ColumnPlan> columns, long estimatedRows, long bytes, SizeLimits limits)
    {
        long known = Math.Max(0, estimatedRows);
        (double weight, string[] heavy) = Weight(columns, known, bytes);
        double rows = known * weight;
        string what = string.Create(CultureInfo.InvariantCulture, $"about {known:N0} rows, {bytes / Mebibyte:N1} MiB, {columns.Count} columns");
        string counts = heavy.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {string.Join(", ", heavy)}: a row counts as {weight:0.#}");
        (SizeClass size, string why) =
            rows >= limits.LargeRows ? (SizeClass.Large, From(limits.LargeRows))
            : bytes >= limits.LargeBytes ? (SizeClass.Large, FromBytes(limits.LargeBytes))
            : rows >= limits.MediumRows ? (SizeClass.Medium, From(limits.MediumRows))
            : bytes >= limits.MediumBytes ? (SizeClass.Medium, FromBytes(limits.MediumBytes))
            : (SizeClass.Small, string.Create(CultureInfo.InvariantCulture, $"below {limits.MediumRows:N0} rows and {limits.MediumBytes / Mebibyte:N0} MiB"));
        return (size, $"{what}{counts}; {why}");
    }

    private static string From(long rows) => string.Create(CultureInfo.InvariantCulture, $"from {rows:N0} rows on");

    private static string FromBytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"from {bytes / Mebibyte:N0} MiB on");

    private static (double Weight, string[] Heavy) Weight(IReadOnlyList<ColumnPlan> columns, long rows, long bytes)
    {
        (bool Is, double Weight, string What)[] all =
        [
            (columns.Count >= ManyColumns, 2, "many columns"),
            (columns.Any(c => c.Wire is CopyType.Array or CopyType.Composite or CopyType.Hstore), 1.5, "nested types"),
            (rows > 0 && bytes / rows >= LargeRow, 2, "large values"),
        ];
        return (all.Where(a => a.Is).Aggregate(1.0, (weight, a) => weight * a.Weight), [.. all.Where(a => a.Is).Select(a => a.What)]);
    }
}
