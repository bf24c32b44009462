using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Tests.Api.Running;

/// <summary>An endpoint of the API, asked without a server.</summary>
internal static class Endpoint
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<(int Status, JsonNode Body)> Ask(Func<HttpRequest, CancellationToken, Task<IResult>> endpoint, string? run = null)
    {
        var context = new DefaultHttpContext();
        context.Request.RouteValues["run"] = run;
        context.Response.Body = new MemoryStream();
        await (await endpoint(context.Request, Cancellation)).ExecuteAsync(context);
        context.Response.Body.Position = 0;
        return (context.Response.StatusCode, (await JsonNode.ParseAsync(context.Response.Body, cancellationToken: Cancellation))!);
    }
}
