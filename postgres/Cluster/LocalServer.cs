using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mammoth.Postgres.Cluster;

/// <summary>A server started from binaries on this machine, with its cluster in a temporary folder.</summary>
internal sealed class LocalServer : IClusterServer
{
    private readonly ClusterFolder folder;
    private readonly Keeper keeper;

    private LocalServer(Binaries binaries, ClusterFolder folder, Keeper keeper, int port) =>
        (this.folder, this.keeper, Port, Origin, BinDirectory) = (folder, keeper, port, binaries.Origin, binaries.Directory);

    public int Port { get; }

    public string Origin { get; }

    public string? BinDirectory { get; }

    public static async Task<LocalServer> StartAsync(Binaries binaries, string password, ClusterOptions options, CancellationToken cancellationToken)
    {
        foreach (ClusterFolder orphan in ClusterFolder.Orphans(options.Folder))
            orphan.StopAndDelete();

        RunningUser user = await RunningUser.FindAsync(cancellationToken);
        ClusterFolder folder = await ClusterFolder.CreateAsync(user, cancellationToken, options.Folder);
        Keeper keeper = new(folder);
        try
        {
            binaries = await ReachableAsync(binaries, folder, user, cancellationToken);
            await InitAsync(binaries, folder, user, password, cancellationToken);
            int port = await StartOnFreePortAsync(binaries, folder, user, options, cancellationToken);
            return new(binaries, folder, keeper, port);
        }
        catch
        {
            folder.StopAndDelete();
            keeper.Dispose();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        folder.StopAndDelete();
        keeper.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Binaries below root's home can't be run by another user: they are copied beside the data.</summary>
    private static async Task<Binaries> ReachableAsync(Binaries binaries, ClusterFolder folder, RunningUser user, CancellationToken cancellationToken)
    {
        string[] line = [binaries.Program("postgres"), "--version"];
        CommandResult result = await Command.RunAsync(user.Line(line), TimeSpan.FromSeconds(20), cancellationToken);
        if (!result.Succeeded && user.Name is not null)
        {
            string copy = Path.Combine(folder.Root, "pgsql");
            await Command.RunAsync(["cp", "-R", Path.GetDirectoryName(binaries.Directory)!, copy], TimeSpan.FromMinutes(2), cancellationToken);
            await user.OwnAsync(copy, cancellationToken);
            binaries = binaries with { Directory = Path.Combine(copy, Path.GetFileName(binaries.Directory)) };
            line[0] = binaries.Program("postgres");
            result = await Command.RunAsync(user.Line(line), TimeSpan.FromSeconds(20), cancellationToken);
        }

        return result.Succeeded ? binaries : throw new ClusterUnavailableException($"{line[0]} does not run: {result.Output}");
    }

    private static async Task InitAsync(Binaries binaries, ClusterFolder folder, RunningUser user, string password, CancellationToken cancellationToken)
    {
        // In a file, because arguments are seen by everybody on the machine.
        string passwordFile = Path.Combine(folder.Socket, "password");
        await File.WriteAllTextAsync(passwordFile, password, cancellationToken);
        await user.OwnAsync(folder.Socket, cancellationToken);
        CommandResult result = await Command.RunAsync(
            user.Line(
                binaries.Program("initdb"), "-D", folder.Data, "-U", PrivateCluster.UserName, "--auth=scram-sha-256", $"--pwfile={passwordFile}",
                "--encoding=UTF8", "--locale=C", "--no-sync"),
            TimeSpan.FromMinutes(2), cancellationToken);
        File.Delete(passwordFile);
        if (!result.Succeeded)
            throw new ClusterUnavailableException($"{binaries.Program("initdb")} could not create a private cluster: {result.Output}{WayOut(result.Output, folder)}");
    }

    private static async Task<int> StartOnFreePortAsync(Binaries binaries, ClusterFolder folder, RunningUser user, ClusterOptions options, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            int port = FreePort();
            await File.AppendAllTextAsync(Path.Combine(folder.Data, "postgresql.conf"), Settings(folder, port, options), cancellationToken);
            CommandResult result = await Command.RunAsync(
                user.Line(
                    binaries.Program("pg_ctl"), "start", "-D", folder.Data, "-l", folder.Log, "-w",
                    "-t", options.StartTimeout.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)),
                options.StartTimeout + TimeSpan.FromSeconds(10), cancellationToken);
            if (result.Succeeded)
                return port;

            string log = File.Exists(folder.Log) ? await File.ReadAllTextAsync(folder.Log, cancellationToken) : "";
            if (attempt == 5 || !log.Contains("Address already in use", StringComparison.Ordinal))
                throw new ClusterUnavailableException($"The private PostgreSQL from {binaries.Origin} did not start: {result.Output}\n{log}{WayOut(log, folder)}".TrimEnd());

            File.Delete(folder.Log);
        }
    }

    private static string WayOut(string said, ClusterFolder folder) => said.Contains("No space left on device", StringComparison.Ordinal)
        ? $"\nThe disk that holds {folder.Root} is full. Free some space there, or set TMPDIR to a folder on another disk."
        : "";

    /// <summary>Lines for the end of the configuration file, where the last one wins.</summary>
    private static string Settings(ClusterFolder folder, int port, ClusterOptions options)
    {
        // A socket's path has at most 107 bytes; without a socket, 127.0.0.1 serves as well.
        bool hasSocket = !OperatingSystem.IsWindows() && folder.Socket.Length < 80;
        StringBuilder text = new();
        text.AppendLine();
        text.AppendLine("listen_addresses = '127.0.0.1'");
        text.AppendLine(CultureInfo.InvariantCulture, $"port = {port}");
        text.AppendLine(CultureInfo.InvariantCulture, $"unix_socket_directories = '{(hasSocket ? folder.Socket : "")}'");
        foreach ((string name, string value) in options.EffectiveSettings())
            text.AppendLine(CultureInfo.InvariantCulture, $"{name} = '{value.Replace("'", "''", StringComparison.Ordinal)}'");

        return text.ToString();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
