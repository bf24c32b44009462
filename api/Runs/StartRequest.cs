using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mammoth.Api.Json;
using Mammoth.Api.Problems;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Runs;

/// <summary>
/// Which run a request to start one means: with an <c>Idempotency-Key</c>, always the same. The key's first request is remembered in the
/// warehouse by one conditional write before anything is started, so that whatever dies in between, the same request finds the same run.
/// </summary>
internal static class StartRequest
{
    public const string Header = "Idempotency-Key";
    private const int LongestKey = 255;

    private sealed record Claim(string Run, string Asked, DateTimeOffset At);

    /// <summary>The request's key, or null where it has none.</summary>
    /// <exception cref="ProblemException">It is none that can be taken.</exception>
    public static string? Key(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values))
        {
            return null;
        }

        return values.Count == 1 && values[0] is { Length: > 0 and <= LongestKey } key
            ? key
            : throw new ProblemException(StatusCodes.Status400BadRequest, "invalid-key", $"The header {Header} has 1 to {LongestKey} characters, and is there once.");
    }

    /// <returns>The run's id.</returns>
    /// <exception cref="ProblemException">The key was used for something else.</exception>
    public static async Task<string> Run(ApiSite site, RunKind kind, MigrationOptions options, string? key, CancellationToken cancellation)
    {
        DateTimeOffset now = site.Time.GetUtcNow();
        string run = RunRecord.NewId(now);
        if (key is null)
        {
            return run;
        }

        string asked = Hash($"{kind}\n{JsonSerializer.Serialize(options, ApiJson.Options)}");
        RunFolder folder = site.Migration.Folder(".requests");
        string location = folder.Fixed($"{Hash(key)}.json");
        try
        {
            await folder.Write(location, new Claim(run, asked, now), cancellation);
            return run;
        }
        catch (PreconditionFailedException)
        {
            Claim first = await folder.Read<Claim>(location, cancellation);
            return first.Asked == asked
                ? first.Run
                : throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "key-reused", $"This {Header} was used for another request, which became run {first.Run}.", "Use a new key for a new request.") { Run = first.Run };
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
