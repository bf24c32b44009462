using Mammoth.Api.Json;
using Mammoth.Api.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mammoth.Api;

/// <summary>Whether what a run needs is there: asked now, all at once, each for a few seconds at most.</summary>
internal static class HealthChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<IResult> Answer(ApiCall call, CancellationToken cancellation)
    {
        Task<HealthCheck> source = Check(call, "The source", call.Migration.Reach, cancellation);
        Task<HealthCheck> catalog = Check(call, "The warehouse's catalog", token => call.Migration.Catalog.List(token), cancellation);

        // No run has this id: that it is not found says that the runtime looked for it.
        Task<HealthCheck> runtime = Check(call, "The runtime", token => call.Client.Status("health", token), cancellation);
        var report = new HealthReport(await source, await catalog, await runtime);
        return new JsonAnswer<HealthReport>(report.Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, report);
    }

    private static async Task<HealthCheck> Check(ApiCall call, string what, Func<CancellationToken, Task> ask, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            // Not all that is asked heeds the token at once.
            await ask(patience.Token).WaitAsync(patience.Token);
            return new(true, null, null);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception) when (patience.IsCancellationRequested)
        {
            return new(false, $"{what} did not answer within {Patience.TotalSeconds:0} seconds.", null);
        }
        catch (Exception e)
        {
            // What is not known may hold anything: it is for the log.
            if (ProblemReader.Read(e) is { } problem)
            {
                return new(false, problem.Message, problem.WayOut);
            }

            call.Site.Logger.LogError(e, "{What} could not be checked.", what);
            return new(false, $"{what} could not be checked, for a reason that was not foreseen.", "The server's log says why.");
        }
    }
}

/// <summary>Whether what a run needs is there.</summary>
/// <param name="Source">A connection to PostgreSQL was made and ended.</param>
/// <param name="Catalog">The warehouse's catalog was read.</param>
/// <param name="Runtime">What keeps the runs answered.</param>
public sealed record HealthReport(HealthCheck Source, HealthCheck Catalog, HealthCheck Runtime)
{
    /// <summary>Whether all is there.</summary>
    public bool Ok => Source.Ok && Catalog.Ok && Runtime.Ok;
}

/// <summary>What came of asking.</summary>
/// <param name="Problem">A sentence without secrets; null where all is well.</param>
public sealed record HealthCheck(bool Ok, string? Problem, string? WayOut);
