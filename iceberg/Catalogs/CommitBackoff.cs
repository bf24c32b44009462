namespace Mammoth.Iceberg.Catalogs;

/// <summary>How long a commit that met another waits before it tries again: longer each time, never the same for two writers.</summary>
internal static class CommitBackoff
{
    /// <summary>Enough for dozens of writers at once; a commit that still loses then is told.</summary>
    public const int Attempts = 60;

    private const int FirstMilliseconds = 10;
    private const int MostMilliseconds = 1000;

    public static Task Delay(int attempt, CancellationToken cancellation)
    {
        if (attempt == 0)
            return Task.CompletedTask;
        var most = Math.Min(MostMilliseconds, FirstMilliseconds << Math.Min(attempt, 10));
        return Task.Delay(Random.Shared.Next(most / 4, most + 1), cancellation);
    }
}
