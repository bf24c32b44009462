using System.Globalization;
using System.Text;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>Findings as text for people.</summary>
internal static class FindingText
{
    public static string Of(Finding finding)
    {
        List<string[]> cells = [["", .. finding.Columns, .. HasLimits(finding) ? new[] { "at least", "aim" } : []]];
        foreach (FindingRow row in finding.Rows)
        {
            IEnumerable<string> values = row.Values.Select((v, i) => v is { } value ? Number(value) + Verdict(row, value, i) : "");
            string[] limits = HasLimits(finding) ? [Joined(row.Limit), Joined(row.Aim)] : [];
            cells.Add([row.Label, .. values, .. limits]);
        }

        int[] widths = [.. Enumerable.Range(0, cells[0].Length).Select(c => cells.Max(r => r[c].Length))];
        StringBuilder text = new();
        text.AppendLine().AppendLine(finding.Title);
        foreach (string[] row in cells)
            text.AppendLine(string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());

        foreach (string note in finding.Notes)
            text.AppendLine(note);

        return text.ToString();
    }

    private static bool HasLimits(Finding finding) => finding.Rows.Any(r => r.Limit is not null);

    private static string Verdict(FindingRow row, double value, int column) =>
        row.Limit is null ? "" : value <= row.Aim![column] ? " ++" : value <= row.Limit[column] ? " + " : " - ";

    /// <summary>One number where all columns have the same.</summary>
    private static string Joined(IReadOnlyList<double>? values) => values is null ? "" : string.Join(" / ", values.Distinct().Select(Number));

    private static string Number(double value) => value.ToString(Math.Abs(value) switch { >= 1000 => "N0", >= 100 => "0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);
}
