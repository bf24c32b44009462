using Mammoth.Api.Json;
using Mammoth.Migration.Plans;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Runs;

/// <summary>Plans at once, for one who waits.</summary>
internal static class PlanAnswer
{
    /// <summary>For a connection, where they are bounded: the one who asked has not gone by then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<IResult> Make(ApiCall call, CancellationToken cancellation)
    {
        MigrationBody body = await RequestBody.Read<MigrationBody>(call.Request, cancellation);
        MigrationPlan plan = await CurrentPlan.Make(call.Migration, body.Over(call.Site.Defaults), Patience, cancellation);
        return new JsonAnswer<PlanDescription>(StatusCodes.Status200OK, PlanDescription.Of(plan));
    }
}
