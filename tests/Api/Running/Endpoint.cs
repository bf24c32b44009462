using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Tests.Api.Running;

/// <summary>An endpoint of the API, asked without a server.</summary>
internal static class Endpoint
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="run">The run in the path.</param>
    /// <param name="json">The body.</param>
    /// <param name="key">The idempotency key.</param>
    public static async Task<(int Status, JsonNode Body)> Ask(Func<HttpRequest, CancellationToken, Task<IResult>> endpoint, string? run = null, string? json = null, string? key = null)
    {
        var context = new DefaultHttpContext();
        context.Request.RouteValues["run"] = run;
        if (json is not null)
        {
            context.Request.ContentType = "application/json";
            context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
            context.Request.ContentLength = context.Request.Body.Length;
        }

        if (key is not null)
            context.Request.Headers["Idempotency-Key"] = key;
        context.Response.Body = new MemoryStream();
        await (await endpoint(context.Request, Cancellation)).ExecuteAsync(context);
        context.Response.Body.Position = 0;
        return (context.Response.StatusCode, (await JsonNode.ParseAsync(context.Response.Body, cancellationToken: Cancellation))!);
    }
}
