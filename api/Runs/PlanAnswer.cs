using Mammoth.Api.Json;
using Mammoth.Migration.Plans;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Runs;

/// <summary>Plans at once, for one who waits.</summary>
internal static class PlanAnswer
{
    public static async Task<IResult> Make(ApiCall call, CancellationToken cancellation)
    {
        MigrationBody body = await RequestBody.Read<MigrationBody>(call.Request, cancellation);
        MigrationPlan plan = await CurrentPlan.Make(call.Migration.Source, await call.Migration.LoadAll(cancellation), body.Over(call.Site.Defaults), cancellation);
        return new JsonAnswer<PlanDescription>(StatusCodes.Status200OK, PlanDescription.Of(plan));
    }
}
