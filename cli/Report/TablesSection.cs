using Mammoth.Cli.Rendering;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Reports;

namespace Mammoth.Cli.Report;

/// <summary>The report's tables: a line each, which opens to columns, digests and places.</summary>
internal static class TablesSection
{
    public static void Write(Html page, RunReport report)
    {
        long largest = Math.Max(1, report.Tables.Count == 0 ? 1 : report.Tables.Max(t => t.SourceBytes));
        page.AddRaw("<section>\n<div class=\"bar-title\"><h2>Tables</h2><input id=\"find\" type=\"search\" placeholder=\"Find a table or column\" aria-label=\"Find a table or column\"></div>\n<div id=\"tables\">\n");
        foreach (TableReport table in report.Tables.OrderByDescending(t => t.Outcome == Outcome.Failed).ThenByDescending(t => t.SourceBytes))
            One(page, report, table, largest);

        page.AddRaw("<p id=\"none\" hidden>No table or column is called so.</p>\n</div>\n</section>\n");
    }

    private static void One(Html page, RunReport report, TableReport table, long largest)
    {
        (string css, string words) = table.Outcome switch
        {
            Outcome.Published => ("good", "published"),
            Outcome.Unchanged => ("calm", "unchanged"),
            Outcome.Withheld => ("warn", "withheld"),
            _ => ("bad", "failed"),
        };
        page.Add($"<details class=\"table\" data-words=\"{table.Source} {string.Join(' ', table.Columns.Select(c => c.Source))}\"{(table.Outcome == Outcome.Failed ? " open" : "")}>\n<summary>");
        page.Add($"<span class=\"name\">{table.Source}</span><span class=\"status {css}\">{words}</span>");
        page.Add($"<span class=\"figures\"><span>{Amount.Count(table.Rows)} rows{(table.QuarantinedRows > 0 ? $" + {Amount.Count(table.QuarantinedRows)} set aside" : "")}</span><span>{Amount.Bytes(table.SourceBytes)} → {Amount.Bytes(table.FileBytes)}</span><span>{Check(table)}</span></span>");
        page.Add($"<span class=\"size\" aria-hidden=\"true\"><i style=\"width:{Math.Sqrt((double)table.SourceBytes / largest) * 100:0.#}%\"></i></span></summary>\n");
        if (table.Error is { } error)
            page.Add($"<p class=\"error\">{error}</p>\n");

        Facts(page, report, table);
        if (table.Columns.Count > 0)
            Columns(page, table);

        page.AddRaw("</details>\n");
    }

    private static string Check(TableReport table) => table.Verification switch
    {
        { Holds: true } => "✓ verified",
        { Holds: false } => "✗ differs",
        _ => "not verified",
    };

    private static void Facts(Html page, RunReport report, TableReport table)
    {
        page.AddRaw("<dl>\n");
        Fact(page, "In the warehouse", $"{table.Namespace}.{table.Name}");
        if (table.Location is { } location)
            Fact(page, "Place", location);
        if (table.MetadataLocation is { } metadata)
            Fact(page, "Metadata", metadata);
        if (table.SnapshotId is { } snapshot)
            Fact(page, "Snapshot", snapshot.ToString(System.Globalization.CultureInfo.InvariantCulture));

        Fact(page, "Copied as", $"{table.Class}, batch {table.Batch + 1}, {table.Chunks} chunk{(table.Chunks == 1 ? "" : "s")}, {table.Files} file{(table.Files == 1 ? "" : "s")}, {Amount.Time(table.CopyTime)}");
        if (report.Snapshots.FirstOrDefault(s => s.Epoch == table.Epoch) is { } read)
            Fact(page, "Shows the source at", $"{read.TakenAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC (snapshot {read.Epoch})");
        if (table.QuarantinedRows > 0)
            Fact(page, "In quarantine", $"{Amount.Of(table.QuarantinedRows, "row")}, in {QuarantineTable.Identifier}");

        if (table.Verification is { } check)
        {
            Fact(page, "Rows counted", $"{Amount.Count(check.SourceRows)} at the source, {Amount.Count(check.TableRows)} in the table");
            Fact(page, "Digest, source", check.SourceDigest);
            Fact(page, "Digest, table", check.TableDigest);
        }

        page.AddRaw("</dl>\n");
    }

    private static void Fact(Html page, string name, string value) => page.Add($"<dt>{name}</dt><dd>{value}</dd>\n");

    private static void Columns(Html page, TableReport table)
    {
        page.AddRaw("<div class=\"wide\"><table>\n<thead><tr><th>Column</th><th>PostgreSQL</th><th>Iceberg</th><th>Remark</th></tr></thead>\n<tbody>\n");
        foreach (ColumnReport column in table.Columns)
        {
            string name = column.Name == column.Source ? column.Source : $"{column.Source} → {column.Name}";
            page.Add($"<tr><td>{name}</td><td>{column.SourceType}</td><td>{column.TargetType}</td><td>{column.Note}</td></tr>\n");
        }

        page.AddRaw("</tbody>\n</table></div>\n");
    }
}
