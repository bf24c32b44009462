using Mammoth.Cli.Rendering;
using Mammoth.Migration.Reports;

namespace Mammoth.Cli.Report;

/// <summary>How to query the tables, for three engines.</summary>
internal static class QuerySection
{
    public static void Write(Html page, RunReport report)
    {
        if (QueryHints.Example(report) is not { } table)
            return;

        page.Add($"<section>\n<h2>Query it</h2>\n<p>With <b>{table.Namespace}.{table.Name}</b> as the example:</p>\n<div class=\"queries\">\n");
        foreach (QueryHint hint in QueryHints.For(report, table))
            page.Add($"<figure><figcaption>{hint.Engine}<button type=\"button\" class=\"copy\">Copy</button></figcaption><pre><code>{hint.Text}</code></pre></figure>\n");

        page.AddRaw("</div>\n</section>\n");
    }
}
