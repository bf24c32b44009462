using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mammoth.Postgres.Cluster;

/// <summary>PostgreSQL from npm: the packages <c>@embedded-postgres/(platform)-(architecture)</c>.</summary>
internal static class EmbeddedBinaries
{
    /// <summary>The package for this machine.</summary>
    public static string Package => $"@embedded-postgres/{Platform}-{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";

    private static string Platform =>
        OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";

    private static string Cache => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "mammoth", "postgres");

    /// <summary>The binaries in a <c>node_modules</c> folder (or one that an earlier run installed), or null.</summary>
    public static Binaries? In(string? nodeModules)
    {
        string?[] folders = [nodeModules, Path.Combine(Cache, "node_modules")];
        foreach (string folder in folders.OfType<string>())
        {
            string native = Path.Combine(folder, Package, "native");
            if (Directory.Exists(native))
            {
                RestoreLinks(native);
                if (Binaries.In(Path.Combine(native, "bin"), $"npm's {Package}") is { } found)
                    return found;
            }
        }

        return null;
    }

    /// <summary>Installs the package into the cache folder; null where there is no npm.</summary>
    /// <exception cref="ClusterUnavailableException">npm is here and failed.</exception>
    public static async Task<Binaries?> InstallAsync(CancellationToken cancellationToken)
    {
        if (Command.Find("npm") is not { } npm)
            return null;

        Directory.CreateDirectory(Cache);
        CommandResult result = await Command.RunAsync(
            [npm, "install", "--prefix", Cache, "--no-audit", "--no-fund", "--ignore-scripts", Package], TimeSpan.FromMinutes(5), cancellationToken);
        return In(null) ?? throw new ClusterUnavailableException($"npm could not install {Package}: {result.Output}");
    }

    /// <summary>
    /// npm packages can't hold symbolic links; the package lists them in a file that its install script reads.
    /// Scripts are often switched off, so the links are made here.
    /// </summary>
    private static void RestoreLinks(string native)
    {
        if (OperatingSystem.IsWindows())
            return;

        string list = Path.Combine(native, "pg-symlinks.json");
        if (File.Exists(list))
        {
            using JsonDocument links = JsonDocument.Parse(File.ReadAllText(list));
            string package = Path.GetDirectoryName(native)!;
            foreach (JsonElement link in links.RootElement.EnumerateArray())
            {
                string source = Path.Combine(package, link.GetProperty("source").GetString()!);
                string target = Path.Combine(package, link.GetProperty("target").GetString()!);
                if (!File.Exists(target) && File.Exists(source))
                    File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
            }
        }

        foreach (string program in Directory.EnumerateFiles(Path.Combine(native, "bin")))
            File.SetUnixFileMode(program, File.GetUnixFileMode(program) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }
}
