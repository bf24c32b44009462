namespace Mammoth.Postgres.Cluster;

/// <summary>
/// Who runs the server: ourselves, or, as root (whom PostgreSQL refuses), an unprivileged user reached through
/// <c>setpriv</c>, <c>runuser</c> or <c>su</c>.
/// </summary>
/// <param name="Name">The user's name, or null for ourselves.</param>
internal sealed record RunningUser(string? Name)
{
    private IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Finds the user that may run a server.</summary>
    public static async Task<RunningUser> FindAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return new((string?)null);

        string[] names = ["postgres", "nobody"];
        foreach (string name in names)
        {
            foreach (IReadOnlyList<string> prefix in Prefixes(name))
            {
                if (Command.Find(prefix[0]) is not null && (await Command.RunAsync([.. prefix, "true"], TimeSpan.FromSeconds(10), cancellationToken)).Succeeded)
                    return new(name) { Prefix = prefix };
            }
        }

        throw new ClusterUnavailableException(
            "PostgreSQL refuses to run as root, and no unprivileged user could be used in its place (tried postgres and nobody, through setpriv, runuser and su). "
            + "Run mammoth as an ordinary user, install util-linux, or name a running server with --source or MAMMOTH_SOURCE.");
    }

    /// <summary>The command line that runs <paramref name="line"/> as this user.</summary>
    public IReadOnlyList<string> Line(params IReadOnlyList<string> line) => [.. Prefix, .. line];

    /// <summary>Gives a folder and all below it to this user.</summary>
    public async Task OwnAsync(string folder, CancellationToken cancellationToken)
    {
        if (Name is null)
            return;

        CommandResult result = await Command.RunAsync(["chown", "-R", Name, folder], TimeSpan.FromSeconds(60), cancellationToken);
        if (!result.Succeeded)
            throw new ClusterUnavailableException($"The folder {folder} could not be given to the user {Name}: {result.Output}");
    }

    private static IEnumerable<IReadOnlyList<string>> Prefixes(string user)
    {
        yield return ["setpriv", $"--reuid={user}", "--clear-groups", "--"];
        yield return ["runuser", "-u", user, "--"];
        yield return ["su", "-m", "-s", "/usr/bin/env", user, "--"];
        yield return ["sudo", "-n", "-u", user, "--"];
    }
}
