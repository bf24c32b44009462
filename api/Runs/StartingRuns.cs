using Mammoth.Api.Json;
using Mammoth.Api.Problems;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Runs;

/// <summary>Answers requests to start a run.</summary>
internal static class StartingRuns
{
    public static async Task<IResult> Migration(ApiCall call, CancellationToken cancellation)
    {
        MigrationBody body = await RequestBody.Read<MigrationBody>(call.Request, cancellation);
        return await Start(call, body.DryRun ? RunKind.DryRun : RunKind.Migration, body.Over(call.Site.Defaults), cancellation);
    }

    public static async Task<IResult> Verification(ApiCall call, CancellationToken cancellation)
    {
        VerificationBody body = await RequestBody.Read<VerificationBody>(call.Request, cancellation);
        return await Start(call, RunKind.Verification, body.ToOptions(), cancellation);
    }

    public static async Task<IResult> Drift(ApiCall call, CancellationToken cancellation)
    {
        DriftBody body = await RequestBody.Read<DriftBody>(call.Request, cancellation);
        return await Start(call, RunKind.Drift, body.Over(call.Site.Defaults), cancellation);
    }

    public static async Task<IResult> Rehearsal(ApiCall call, CancellationToken cancellation)
    {
        RehearsalBody body = await RequestBody.Read<RehearsalBody>(call.Request, cancellation);
        return call.Migration.Rehearsals is null
            ? throw ProblemException.Conflict("no-rehearsal-server", RehearsalServer.Missing.Message, RehearsalServer.Missing.WayOut)
            : await Start(call, RunKind.Rehearsal, body.ToOptions(), cancellation);
    }

    private static async Task<IResult> Start(ApiCall call, RunKind kind, MigrationOptions options, CancellationToken cancellation)
    {
        RunEntry entry = await RunStart.Start(call.Site, call.Client, kind, options, StartRequest.Key(call.Request), cancellation);
        return new JsonAnswer<RunStatus>(StatusCodes.Status202Accepted, await RunReader.Read(call, entry, cancellation))
        {
            Location = RunUrls.Of(call, entry.Run),
            RetryAfter = 1,
        };
    }
}
