using System.Diagnostics;
using System.Globalization;

namespace Mammoth.Postgres.Cluster;

/// <summary>
/// A private cluster's folder in the temporary directory, or where it is told to be: <c>data</c>, <c>socket</c>, the server's log, and the file
/// <c>owner</c> with the id and start time of the process it belongs to, by which a later run tells an orphan.
/// </summary>
internal sealed class ClusterFolder
{
    private const string Prefix = "mammoth-pg-";

    private ClusterFolder(string root) => Root = root;

    public string Root { get; }

    public string Data => Path.Combine(Root, "data");

    public string Socket => Path.Combine(Root, "socket");

    public string Log => Path.Combine(Root, "server.log");

    private string Owner => Path.Combine(Root, "owner");

    /// <summary>Creates a folder that <paramref name="user"/> can enter and owns.</summary>
    /// <param name="first">Where to try first, before the temporary directories.</param>
    public static async Task<ClusterFolder> CreateAsync(RunningUser user, CancellationToken cancellationToken, string? first = null)
    {
        string? given = first is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(first));
        foreach (string parent in Parents(given))
        {
            ClusterFolder folder = new(Path.Combine(parent, Prefix + Guid.NewGuid().ToString("N")[..12]));
            try
            {
                Directory.CreateDirectory(folder.Root);
            }
            catch (Exception e) when (parent == given && e is IOException or UnauthorizedAccessException)
            {
                // The place given is none: the temporary directories are left.
                continue;
            }

            await File.WriteAllTextAsync(folder.Owner, DescribeOwner(), cancellationToken);
            Directory.CreateDirectory(folder.Socket);
            await user.OwnAsync(folder.Root, cancellationToken);
            if (OperatingSystem.IsWindows())
                return folder;

            File.SetUnixFileMode(folder.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if ((await Command.RunAsync(user.Line("test", "-w", folder.Socket), TimeSpan.FromSeconds(10), cancellationToken)).Succeeded)
                return folder;

            folder.Delete();
        }

        throw new ClusterUnavailableException(
            $"The user {user.Name} can't enter the temporary directory {Path.GetTempPath()}; set TMPDIR to one that every user can enter.");
    }

    /// <summary>Folders of clusters whose owner has ended without stopping them.</summary>
    /// <param name="first">Where to look besides the temporary directories.</param>
    public static IEnumerable<ClusterFolder> Orphans(string? first = null) =>
        from parent in Parents(first)
        where Directory.Exists(parent)
        from root in Directory.EnumerateDirectories(parent, Prefix + "*")
        let folder = new ClusterFolder(root)
        where folder.IsOrphan()
        select folder;

    /// <summary>The server's process id, from the file it writes itself; null where no server runs.</summary>
    public int? ServerProcess()
    {
        string file = Path.Combine(Data, "postmaster.pid");
        try
        {
            return File.Exists(file) && int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out int id) ? id : null;
        }
        catch (IOException)
        {
            // The server removes the file as it ends.
            return null;
        }
    }

    /// <summary>Ends the server, by its process id, and removes the folder. What is already gone is fine.</summary>
    public void StopAndDelete()
    {
        if (ServerProcess() is { } id)
            ServerSignals.Stop(id, () => ServerProcess() is null);

        Delete();
    }

    private void Delete()
    {
        for (int attempt = 0; Directory.Exists(Root); attempt++)
        {
            try
            {
                Directory.Delete(Root, recursive: true);
            }
            catch (IOException) when (attempt < 20)
            {
                // Backends that are still ending write their last files.
                Thread.Sleep(50);
            }
        }
    }

    private bool IsOrphan()
    {
        try
        {
            // A folder without the file is being made, or is nobody's: leave it for a day.
            if (!File.Exists(Owner))
                return Directory.GetLastWriteTimeUtc(Root) < DateTime.UtcNow.AddDays(-1);

            string[] written = File.ReadAllText(Owner).Split(' ');
            return written is [var machine, var id, var started]
                && machine == Environment.MachineName

                // A file that is being written, or was cut by a full disk, tells nothing: nobody's cluster must keep everybody's from starting.
                && int.TryParse(id, CultureInfo.InvariantCulture, out int process)
                && DateTime.TryParseExact(started, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime since)
                && !IsAlive(process, since);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // Another user's cluster.
            return false;
        }
    }

    /// <summary>This process: machine (folders may be shared between containers), id and start time, which tells it from a later one of the same id.</summary>
    private static string DescribeOwner()
    {
        using Process self = Process.GetCurrentProcess();
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName} {self.Id} {self.StartTime.ToUniversalTime():O}");
    }

    private static bool IsAlive(int id, DateTime started)
    {
        try
        {
            using Process process = Process.GetProcessById(id);

            // The start time is reckoned from the boot time, which moves a little when the clock is set.
            return (process.StartTime.ToUniversalTime() - started).Duration() < TimeSpan.FromMinutes(10);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Parents(string? first)
    {
        string[] temporary = OperatingSystem.IsWindows() ? [Path.GetTempPath()] : [Path.GetTempPath(), "/tmp", "/var/tmp"];
        return (first is null ? temporary : temporary.Prepend(Path.GetFullPath(first))).Select(Path.TrimEndingDirectorySeparator).Distinct();
    }
}
