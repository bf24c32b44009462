using System.Net;
using Mammoth.Api.Problems;
using Mammoth.Api.Routes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Mammoth.Cli.Serve;

/// <summary>Decides who may ask for what, before any endpoint is reached.</summary>
internal sealed class Gate(RequestDelegate next, ServeSettings settings)
{
    /// <summary>The header that carries a function key in Azure: the same client works with both.</summary>
    private const string KeyHeader = "x-functions-key";
    private const string Bearer = "Bearer ";

    public async Task InvokeAsync(HttpContext context)
    {
        Harden(context.Response);
        if (settings.NoAuth && !IsOfThisMachine(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "foreign", "Without keys this server answers programs and pages of this machine only.", "Ask for http://127.0.0.1, or start it with keys.");
            return;
        }

        bool open = context.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>() is { Access: Access.Open };
        if (open || settings.NoAuth || HasKey(context.Request) || await HasTokenAsync(context))
        {
            await next(context);
            return;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        await RefuseAsync(context, StatusCodes.Status401Unauthorized, "unauthorized", "There is no valid key in this request.", $"Send the header Authorization: Bearer <key>, or {KeyHeader}: <key>; `mammoth serve key create` makes keys.");
    }

    /// <summary>Says why, where an answer has no body: a path that is none, a method that is not taken.</summary>
    public static async Task ExplainAsync(HttpContext context)
    {
        int status = context.Response.StatusCode;
        (string code, string detail) = status switch
        {
            StatusCodes.Status404NotFound => ("not-found", "There is nothing at this path. GET /openapi.json says what there is."),
            StatusCodes.Status405MethodNotAllowed => ("method", $"{context.Request.Method} is not for this path."),
            _ => ("refused", $"{ReasonPhrases.GetReasonPhrase(status)}."),
        };
        await RefuseAsync(context, status, code, detail, null);
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string detail, string? wayOut)
    {
        Problem problem = new($"urn:mammoth:problem:{code}", ReasonPhrases.GetReasonPhrase(status), status, detail, code, wayOut, null, []);
        return ProblemAnswer.Of(problem).ExecuteAsync(context);
    }

    private static void Harden(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.XFrameOptions = "DENY";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
    }

    /// <summary>A page from elsewhere can make a browser ask, and can make its own name mean this machine: neither gets an answer.</summary>
    private static bool IsOfThisMachine(HttpRequest request)
    {
        string host = request.Host.Host;
        bool named = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
        return named && (!request.Headers.TryGetValue("Origin", out var origin) || origin == $"{request.Scheme}://{request.Host}");
    }

    private bool HasKey(HttpRequest request)
    {
        string? given = request.Headers[KeyHeader];
        if (given is null && request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            given = authorization[Bearer.Length..].Trim();

        if (given is not { Length: >= ApiKey.ShortestText and < 4096 })
            return false;

        byte[] hash = ApiKey.HashOf(given);
        bool found = false;
        foreach (ApiKey key in settings.Keys.Keys())
            found |= key.Is(hash);

        return found;
    }

    private async Task<bool> HasTokenAsync(HttpContext context)
    {
        if (settings.Tokens is null || context.Request.Headers.Authorization.Count == 0)
            return false;

        AuthenticateResult result = await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        return result is { Succeeded: true, Principal: { } principal } && principal.IsInRole(settings.Tokens.Role);
    }
}
