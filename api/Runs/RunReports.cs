using Mammoth.Migration.Reports;

namespace Mammoth.Api.Runs;

/// <summary>The reports of runs that have ended.</summary>
internal static class RunReports
{
    /// <summary>The report's location, whichever host wrote it; null where there is none.</summary>
    public static Task<string?> Find(ApiSite site, string run, CancellationToken cancellation) => Migration.Publishing.RunReports.Find(site.Migration, run, cancellation);

    public static Task<RunReport> Read(ApiSite site, string run, string location, CancellationToken cancellation) =>
        site.Immutable<RunReport>(run, location, cancellation);
}
