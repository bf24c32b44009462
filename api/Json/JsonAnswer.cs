using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Json;

/// <summary>An answer in the API's JSON, on any host: it asks nothing of the host's services.</summary>
internal sealed class JsonAnswer<T>(int status, T value, string contentType = "application/json") : IResult
{
    public string? Location { get; init; }

    /// <summary>Seconds after which to ask again.</summary>
    public int? RetryAfter { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = $"{contentType}; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Options);
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
        }
    }
}
