using System.IO.Hashing;
using System.Text;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Orchestrations.Local;

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

    /// <summary>Makes the folder, and tries whether it can be written: without a journal no run could go on.</summary>
    /// <exception cref="MammothException">It can't.</exception>
    public static void Make(string folder)
    {
        try
        {
            PrivateFolder.Create(folder);
            string probe = Path.Combine(folder, $".probe-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MammothException(
                $"The journal of the run can't be written: {folder} is no folder that this user can make and write to.",
                "Set XDG_DATA_HOME (on Windows LOCALAPPDATA) to a folder of this user, or free the disk it is on.", e);
        }
    }

    /// <summary>A warehouse with no run under way needs no folder.</summary>
    public static void DropIfEmpty(string folder)
    {
        try
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Another command has begun a run there just now.
        }
    }
}
