using System.Text.Json;
using Mammoth.Iceberg.IO;

namespace Mammoth.Migration.Runs;

/// <summary>
/// Which migration of a warehouse was begun last over the API: one small file, written conditionally, so that of many processes that ask at the same time
/// one begins. It is not freed at a run's end: whoever comes next looks whether the run it names is over.
/// </summary>
public static class CurrentRun
{
    /// <summary>How long a run that nobody knows may be on its way from its claim to its first step.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromMinutes(2);

    private const string FileName = ".current";

    /// <summary>Makes a run the current one.</summary>
    /// <param name="hasEnded">Whether another run is over; null where that one is not known here.</param>
    /// <returns>Null where it is; else the run in the way.</returns>
    public static async Task<string?> Claim(MigrationSite site, string run, TimeProvider time, Func<string, CancellationToken, Task<bool?>> hasEnded, CancellationToken cancellation)
    {
        // No run's id begins with a dot.
        string location = $"{site.Root.TrimEnd('/')}/_mammoth/runs/{FileName}";
        while (true)
        {
            FileContent? content = await site.Io.Read(location, cancellation);
            if (content is not null)
            {
                Claimed last = JsonSerializer.Deserialize<Claimed>(content.Bytes.Span, RunFolder.Json) ?? throw new InvalidDataException($"{location} names no run.");
                if (last.Run == run)
                {
                    return null;
                }

                bool over = await hasEnded(last.Run, cancellation) ?? time.GetUtcNow() - last.At > Beginning;
                if (!over)
                {
                    return last.Run;
                }
            }

            try
            {
                var claim = new Claimed(run, time.GetUtcNow());
                await site.Io.Write(location, JsonSerializer.SerializeToUtf8Bytes(claim, RunFolder.Json), content is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(content.ETag), cancellation);
                return null;
            }
            catch (PreconditionFailedException)
            {
                // Somebody else was faster: it is theirs, unless it is over already.
            }
        }
    }

    private sealed record Claimed(string Run, DateTimeOffset At);
}
