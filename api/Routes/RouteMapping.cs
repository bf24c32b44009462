using Mammoth.Orchestrations.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mammoth.Api.Routes;

/// <summary>Puts the API into an ASP.NET Core application.</summary>
public static class RouteMapping
{
    /// <summary>Maps all routes; each endpoint carries its <see cref="ApiRoute"/> as metadata.</summary>
    public static void MapMammoth(this IEndpointRouteBuilder endpoints, ApiSite site, IOrchestrationClient client)
    {
        var api = new MammothApi(site, client);
        foreach (ApiRoute route in ApiRoutes.All)
        {
            endpoints.MapMethods($"/{route.Path}", route.Methods, async (HttpContext http) =>
            {
                IResult answer = await route.Answer(api, http.Request, http.RequestAborted);
                await answer.ExecuteAsync(http);
            }).WithMetadata(route).WithDisplayName(route.Operation);
        }
    }
}
