using Mammoth.Postgres.Cluster;

namespace Mammoth.Tests.Fixtures;

/// <summary>Whether a Docker engine is here; a client without one is common, and waiting for it would take minutes.</summary>
internal static class DockerEngine
{
    public static async Task<bool> AnswersAsync(CancellationToken cancellationToken) =>
        Command.Find("docker") is { } docker
        && (await Command.RunAsync([docker, "version", "--format", "{{.Server.Version}}"], TimeSpan.FromSeconds(5), cancellationToken)).Succeeded;
}
