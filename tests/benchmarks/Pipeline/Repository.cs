using Mammoth.Postgres.Cluster;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>The clone that this program was built in.</summary>
internal static class Repository
{
    public static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mammoth.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("This program is to be run where it was built, in a clone of Mammoth.");
    }

    public static async Task PublishAsync(string project, string to, CancellationToken cancellationToken)
    {
        CommandResult built = await Command.RunAsync(
            ["dotnet", "publish", Path.Combine(Root(), project), "-c", "Release", "-p:RunAnalyzers=false", "-o", to, "-v", "q"], TimeSpan.FromMinutes(10), cancellationToken);
        if (!built.Succeeded)
            throw new InvalidOperationException($"{project} could not be published: {built.Output}");
    }

    /// <summary>The commit that is checked out, with a plus where files are changed; empty where git does not say.</summary>
    public static async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        CommandResult commit = await Command.RunAsync(["git", "-C", Root(), "rev-parse", "--short", "HEAD"], TimeSpan.FromSeconds(10), cancellationToken);
        CommandResult changed = await Command.RunAsync(["git", "-C", Root(), "status", "--porcelain"], TimeSpan.FromSeconds(10), cancellationToken);
        return commit.Succeeded ? commit.Output + (changed.Output.Length > 0 ? "+" : "") : "";
    }
}
