using System.Reflection;
using System.Security.Cryptography;
using Mammoth.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Page;

/// <summary>The page's files, as they are embedded in this assembly: <c>index.html</c> at the root, the others under <c>page/</c>.</summary>
internal static class PageFiles
{
    private const string Prefix = "Mammoth.Api.Page/";

    /// <summary>Nothing from elsewhere, nothing inline, in no frame; calls to this server only.</summary>
    internal const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Assembly Owner = typeof(PageFiles).Assembly;

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
        [".txt"] = "text/plain; charset=utf-8",
    };

    public static Task<IResult> Answer(ApiCall call, CancellationToken cancellation)
    {
        string name = call.Request.RouteValues["file"] as string ?? "index.html";
        using Stream? resource = Owner.GetManifestResourceStream($"{Prefix}{name}");
        if (resource is null || !Types.TryGetValue(Path.GetExtension(name), out string? type))
        {
            throw ProblemException.NotFound($"There is no page {name}.");
        }

        byte[] bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return Task.FromResult<IResult>(new PageFile(bytes, type));
    }

    private sealed class PageFile(byte[] bytes, string type) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            HttpResponse response = httpContext.Response;
            string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"";
            response.Headers.ETag = tag;
            response.Headers.CacheControl = "no-cache";
            response.Headers.ContentSecurityPolicy = Policy;
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers["Referrer-Policy"] = "no-referrer";
            if (httpContext.Request.Headers.IfNoneMatch.Contains(tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            response.ContentType = type;
            response.ContentLength = bytes.Length;
            await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
        }
    }
}
