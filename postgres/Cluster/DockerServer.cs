using System.Globalization;

namespace Mammoth.Postgres.Cluster;

/// <summary>A server in a container of its own, published on 127.0.0.1 only.</summary>
internal sealed class DockerServer : IClusterServer
{
    private const string Image = "postgres:17";

    private readonly string docker;
    private readonly string container;

    private DockerServer(string docker, string container, int port) => (this.docker, this.container, Port) = (docker, container, port);

    public int Port { get; }

    public string Origin => $"Docker ({Image})";

    public string? BinDirectory => null;

    /// <summary>Starts a container; null where no engine answers (a client alone is common).</summary>
    public static async Task<DockerServer?> TryStartAsync(string password, ClusterOptions options, CancellationToken cancellationToken)
    {
        if (Command.Find("docker") is not { } docker)
            return null;

        CommandResult engine = await Command.RunAsync([docker, "version", "--format", "{{.Server.Version}}"], TimeSpan.FromSeconds(5), cancellationToken);
        if (!engine.Succeeded)
            return null;

        string name = $"mammoth-pg-{Guid.NewGuid():N}"[..24];
        List<string> line = [docker, "run", "-d", "--rm", "--name", name, "-p", "127.0.0.1::5432", "-e", "POSTGRES_PASSWORD", "-e", $"POSTGRES_USER={PrivateCluster.UserName}", Image];
        foreach ((string setting, string value) in options.EffectiveSettings())
            line.AddRange(["-c", $"{setting}={value}"]);

        // The password travels in the environment: arguments are seen by everybody on the machine.
        CommandResult run = await Command.RunAsync(line, TimeSpan.FromMinutes(5), cancellationToken, new Dictionary<string, string> { ["POSTGRES_PASSWORD"] = password });
        if (!run.Succeeded)
            throw new ClusterUnavailableException($"Docker could not run {Image}: {run.Output}");

        CommandResult port = await Command.RunAsync([docker, "port", name, "5432/tcp"], TimeSpan.FromSeconds(20), cancellationToken);
        string text = port.Output.Split('\n')[0];
        return new(docker, name, int.Parse(text.AsSpan(text.LastIndexOf(':') + 1), CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync() =>
        await Command.RunAsync([docker, "rm", "-f", "-v", container], TimeSpan.FromSeconds(30), CancellationToken.None);
}
