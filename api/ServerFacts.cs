using Mammoth.Api.Json;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api;

/// <summary>What the server is.</summary>
internal static class ServerFacts
{
    private static readonly string Version = typeof(ServerFacts).Assembly.GetName().Version!.ToString(3);

    public static Task<IResult> Health(ApiCall call, CancellationToken cancellation) =>
        Task.FromResult<IResult>(new JsonAnswer<HealthStatus>(StatusCodes.Status200OK, new("ok")));

    public static Task<IResult> Info(ApiCall call, CancellationToken cancellation) =>
        Task.FromResult<IResult>(new JsonAnswer<ServerInfo>(StatusCodes.Status200OK, new(Version, call.Migration.SourceName, call.Migration.Root)));
}

/// <summary>That the server answers. It says nothing else: everybody may ask.</summary>
public sealed record HealthStatus(string Status);

/// <summary>What the server works on.</summary>
/// <param name="Source">The source without its secrets.</param>
/// <param name="Warehouse">The warehouse's root URI.</param>
public sealed record ServerInfo(string Version, string Source, string Warehouse);
