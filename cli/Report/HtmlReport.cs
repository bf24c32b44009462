using Mammoth.Cli.Rendering;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Cli.Report;

/// <summary>A run's report as one HTML page that needs nothing else: no script or style from elsewhere, readable without a network.</summary>
internal static class HtmlReport
{
    public static string Write(RunReport report)
    {
        Html page = new();
        page.Add($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{report.Database} in Iceberg: run {report.RunId}</title>
            <style>
            """);
        page.AddRaw(Resource("report.css"));
        page.AddRaw("</style>\n</head>\n<body>\n<main>\n");
        Head(page, report);
        Tiles(page, report);
        Promise(page, report);
        TablesSection.Write(page, report);
        QuerySection.Write(page, report);
        Remarks(page, report);
        page.Add($"<footer>Written by mammoth for run <code>{report.RunId}</code>. The same facts for machines lie beside this page as JSON.</footer>\n</main>\n<script>\n");
        page.AddRaw(Resource("report.js"));
        page.AddRaw("</script>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void Head(Html page, RunReport report)
    {
        (string css, string words) = report switch
        {
            { Succeeded: true } => ("good", report.Tables.All(t => t.Outcome == Outcome.Unchanged) ? "Unchanged" : "Published"),
            { Consistency: null } => ("bad", "Nothing published"),
            _ => ("warn", "Partly published"),
        };
        page.Add($"""
            <header>
            <p class="brand"><svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 2 29 9.5v13L16 30 3 22.5v-13z"/><path class="cut" d="M16 2v28M3 9.5l26 13M29 9.5l-26 13"/></svg>mammoth</p>
            <h1>{report.Database} <span class="status {css}">{words}</span></h1>
            <p class="route"><span>{report.Source}</span><span class="arrow" aria-label="to">→</span><span>{report.Warehouse}</span></p>
            <p class="when">{report.Started.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {Amount.Time(report.Finished - report.Started)}
            """);
        if (report.Tag is { } tag)
            page.Add($", tag <code>{tag}</code>");

        page.AddRaw("</p>\n</header>\n");
    }

    private static void Tiles(Html page, RunReport report)
    {
        long read = report.Tables.Sum(t => t.SourceBytes);
        long written = report.Tables.Sum(t => t.FileBytes);
        double seconds = Math.Max(0.001, (report.Finished - report.Started).TotalSeconds);
        page.AddRaw("<section class=\"tiles\" aria-label=\"Totals\">\n");
        Tile(page, "Tables", Amount.Count(report.Tables.Count), $"{report.Tables.Count(t => t.Outcome == Outcome.Published)} with a new snapshot");
        Tile(page, "Rows", Amount.Count(report.Rows), $"{Amount.Rough(report.Rows / seconds)} a second");
        Tile(page, "Read", Amount.Bytes(read), "as binary COPY");
        Tile(page, "Stored", Amount.Bytes(written), read > 0 && written > 0 ? $"{100.0 * written / read:0} % of what was read, {report.Tables.Sum(t => t.Files)} files" : $"{report.Tables.Sum(t => t.Files)} files");
        page.AddRaw("</section>\n");
    }

    private static void Tile(Html page, string name, string value, string remark) =>
        page.Add($"<div class=\"tile\"><span>{name}</span><strong>{value}</strong><small>{remark}</small></div>\n");

    /// <summary>What a reader may rely on: consistency and verification, in sentences.</summary>
    private static void Promise(Html page, RunReport report)
    {
        int holds = report.Tables.Count(t => t.Verification is { Holds: true });
        int differs = report.Tables.Count(t => t.Verification is { Holds: false });
        page.AddRaw("<section class=\"promise\">\n");
        page.Add($"<p class=\"{(differs > 0 ? "bad" : holds == report.Tables.Count ? "good" : "warn")}\"><b>{holds} of {Amount.Of(report.Tables.Count, "table")} verified.</b> ");
        page.Add($"The rows were counted independently at the source, and a digest of every row as PostgreSQL sent it equals the digest of the rows read back from the data files{(differs > 0 ? $" — but for {differs}, which differ" : "")}.</p>\n");
        if (report.Quarantine is { } quarantine)
            page.Add($"<p class=\"warn\"><b>{Amount.Of(report.QuarantinedRows, "row")} set aside.</b> A value of each does not fit its column: it is in the table <code>{quarantine}</code>, with its key, the value, the reason and the whole row, and counted and hashed with the others.</p>\n");

        page.AddRaw(report.Consistency switch
        {
            Consistency.Database => "<p class=\"good\"><b>consistency: database.</b> All tables were read at one snapshot and published by one write: together they show one moment of the source.</p>\n",
            Consistency.Table => "<p class=\"warn\"><b>consistency: table.</b> Each table shows one moment of the source, but not all the same one; the moment is told with each table.</p>\n",
            _ => "<p class=\"bad\"><b>Nothing was published.</b> Readers of the warehouse see what they saw before this run.</p>\n",
        });
        if (report.Snapshots.Count > 0)
        {
            page.AddRaw("<ul class=\"snapshots\">\n");
            foreach (SourceSnapshot snapshot in report.Snapshots)
            {
                page.Add($"<li>Snapshot {snapshot.Epoch}: <time>{snapshot.TakenAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}</time> UTC, transactions <code>{snapshot.Visible}</code>");
                if (snapshot.Lsn is { } lsn)
                    page.Add($", log position <code>{lsn}</code>");
                page.AddRaw("</li>\n");
            }

            page.AddRaw("</ul>\n");
        }

        page.AddRaw("</section>\n");
    }

    private static void Remarks(Html page, RunReport report)
    {
        if (report.Notes.Count > 0)
        {
            page.AddRaw("<section>\n<h2>Worth knowing</h2>\n<ul>\n");
            foreach (string note in report.Notes)
                page.Add($"<li>{note}</li>\n");
            page.AddRaw("</ul>\n</section>\n");
        }

        if (report.Warnings.Count > 0)
        {
            page.AddRaw("<section>\n<h2>Warnings</h2>\n<ul>\n");
            foreach (RunWarning warning in report.Warnings)
                page.Add($"<li><time>{warning.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss}</time> UTC: {warning.Message}</li>\n");
            page.AddRaw("</ul>\n</section>\n");
        }

        if (report.LeftOut.Count > 0)
        {
            page.AddRaw("<section>\n<h2>Not copied</h2>\n<ul>\n");
            (IReadOnlyList<LeftOutReport> shown, int more) = LeftOutTables.Of(report.LeftOut, l => l.Reason);
            foreach (LeftOutReport left in shown)
                page.Add($"<li><b>{left.Name}</b> ({left.Kind}): {left.Reason}</li>\n");

            if (more > 0)
                page.Add($"<li>{LeftOutTables.Count(more)}</li>\n");

            page.AddRaw("</ul>\n</section>\n");
        }
    }

    private static string Resource(string name)
    {
        using Stream stream = typeof(HtmlReport).Assembly.GetManifestResourceStream($"Mammoth.Cli.Report.{name}")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
