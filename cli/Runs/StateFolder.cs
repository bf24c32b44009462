using System.IO.Hashing;
using System.Text;
using Mammoth.Iceberg.IO;

namespace Mammoth.Cli.Runs;

/// <summary>Where the journals of runs under way lie: on this machine, a folder for each warehouse.</summary>
internal static class StateFolder
{
    public static string For(Warehouse warehouse)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);

        // A user without a home (a container's) still has a temporary folder.
        string state = home.Length > 0 ? home : Path.GetTempPath();
        return Path.Combine(state, "mammoth", "runs", Convert.ToHexStringLower(XxHash64.Hash(Encoding.UTF8.GetBytes(warehouse.Root))));
    }

    /// <summary>A warehouse with no run under way needs no folder.</summary>
    public static void DropIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }
}
