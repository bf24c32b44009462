using Mammoth.Iceberg.IO;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Api.Runs;

/// <summary>The reports of runs that have ended.</summary>
internal static class RunReports
{
    /// <summary>The report's location, whichever host wrote it; null where there is none.</summary>
    public static async Task<string?> Find(ApiSite site, string run, CancellationToken cancellation)
    {
        RunFolder folder = site.Migration.Folder(run);
        await foreach (FileEntry file in site.Migration.Io.List(folder.Fixed("report-"), cancellation))
        {
            if (file.Location.EndsWith(".json", StringComparison.Ordinal))
            {
                return file.Location;
            }
        }

        return null;
    }

    public static Task<RunReport> Read(ApiSite site, string run, string location, CancellationToken cancellation) =>
        site.Immutable<RunReport>(run, location, cancellation);
}
