using System.Diagnostics;
using System.Globalization;
using Mammoth.Postgres.Cluster;

namespace Mammoth.Tests.Postgres.Cluster;

/// <summary>Folders of private clusters: whose they are, and what may be removed.</summary>
public sealed class ClusterFolderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("{0}")]
    [InlineData("{0} 12")]
    [InlineData("{0} 12 2026-1")]
    [InlineData("{0} twelve 2026-11-23T08:00:00.0000000Z")]
    [InlineData("{0} 99999999999999999999 2026-11-23T08:00:00.0000000Z")]
    [InlineData("\0\0\0 \0 \0")]
    public async Task An_owners_file_that_can_not_be_read_keeps_nobody_from_starting_and_its_folder_stays(string written)
    {
        ClusterFolder folder = await CreateAsync();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.Root, "owner"), string.Format(CultureInfo.InvariantCulture, written, Environment.MachineName), Cancel);
            Assert.DoesNotContain(folder.Root, ClusterFolder.Orphans().Select(f => f.Root));
        }
        finally
        {
            folder.StopAndDelete();
        }
    }

    [Fact]
    public async Task A_folder_of_another_machine_or_of_a_later_process_with_the_same_id_is_told_apart()
    {
        ClusterFolder elsewhere = await CreateAsync();
        ClusterFolder reused = await CreateAsync();
        try
        {
            using Process self = Process.GetCurrentProcess();
            await OwnAsync(elsewhere, $"another-{Environment.MachineName}", 1, DateTime.UtcNow.AddDays(-9));
            await OwnAsync(reused, Environment.MachineName, self.Id, self.StartTime.ToUniversalTime().AddHours(-1));
            List<string> orphans = [.. ClusterFolder.Orphans().Select(f => f.Root)];
            Assert.DoesNotContain(elsewhere.Root, orphans);
            Assert.Contains(reused.Root, orphans);
        }
        finally
        {
            elsewhere.StopAndDelete();
            reused.StopAndDelete();
        }
    }

    [Fact]
    public async Task A_given_place_comes_first_and_its_orphans_are_found()
    {
        string place = Directory.CreateTempSubdirectory("mammoth-place-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(place, (UnixFileMode)0b111_111_111);
        RunningUser user = await RunningUser.FindAsync(Cancel);
        ClusterFolder folder = await ClusterFolder.CreateAsync(user, Cancel, place);
        try
        {
            Assert.Equal(place, Path.GetDirectoryName(folder.Root));
            await OwnAsync(folder, Environment.MachineName, int.MaxValue, DateTime.UtcNow.AddDays(-9));
            Assert.Contains(folder.Root, ClusterFolder.Orphans(place).Select(f => f.Root));
            Assert.DoesNotContain(folder.Root, ClusterFolder.Orphans().Select(f => f.Root));
        }
        finally
        {
            folder.StopAndDelete();
            Directory.Delete(place);
        }
    }

    [Fact]
    public async Task A_given_place_that_the_servers_user_can_not_enter_is_left_for_another()
    {
        RunningUser user = await RunningUser.FindAsync(Cancel);
        Assert.SkipWhen(OperatingSystem.IsWindows() || user.Name is null, "The server runs as who runs this, who enters all that is made here.");
        string place = Directory.CreateTempSubdirectory("mammoth-place-").FullName;
        ClusterFolder folder = await ClusterFolder.CreateAsync(user, Cancel, place);
        try
        {
            Assert.NotEqual(place, Path.GetDirectoryName(folder.Root));
            Assert.Empty(Directory.EnumerateFileSystemEntries(place));
        }
        finally
        {
            folder.StopAndDelete();
            Directory.Delete(place);
        }
    }

    [Fact]
    public async Task A_given_place_that_is_no_folder_is_left_for_another()
    {
        string place = Path.GetTempFileName();
        ClusterFolder folder = await ClusterFolder.CreateAsync(await RunningUser.FindAsync(Cancel), Cancel, place);
        try
        {
            Assert.NotEqual(place, Path.GetDirectoryName(folder.Root));
            Assert.True(Directory.Exists(folder.Socket));
        }
        finally
        {
            folder.StopAndDelete();
            File.Delete(place);
        }
    }

    [Fact]
    public async Task A_folder_without_an_owners_file_is_left_for_a_day()
    {
        ClusterFolder young = await CreateAsync();
        ClusterFolder old = await CreateAsync();
        try
        {
            File.Delete(Path.Combine(young.Root, "owner"));
            File.Delete(Path.Combine(old.Root, "owner"));
            Directory.SetLastWriteTimeUtc(old.Root, DateTime.UtcNow.AddDays(-2));
            List<string> orphans = [.. ClusterFolder.Orphans().Select(f => f.Root)];
            Assert.DoesNotContain(young.Root, orphans);
            Assert.Contains(old.Root, orphans);
        }
        finally
        {
            young.StopAndDelete();
            old.StopAndDelete();
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no number")]
    [InlineData("-5")]
    [InlineData("0")]
    [InlineData("1")]
    public async Task A_file_that_names_no_server_of_ours_ends_no_process(string? pid)
    {
        ClusterFolder folder = await CreateAsync();
        Directory.CreateDirectory(folder.Data);
        if (pid is not null)
            await File.WriteAllTextAsync(Path.Combine(folder.Data, "postmaster.pid"), $"{pid}\n{folder.Data}\n", Cancel);
        folder.StopAndDelete();
        Assert.False(Directory.Exists(folder.Root));
        folder.StopAndDelete();
    }

    [Fact]
    public async Task A_file_that_names_a_living_process_which_is_no_server_ends_it_not()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sleep.");
        using Process innocent = Process.Start("sleep", "60")!;
        try
        {
            ClusterFolder folder = await CreateAsync();
            Directory.CreateDirectory(folder.Data);
            await File.WriteAllTextAsync(Path.Combine(folder.Data, "postmaster.pid"), $"{innocent.Id}\n", Cancel);
            Assert.Equal(innocent.Id, folder.ServerProcess());
            folder.StopAndDelete();
            Assert.False(innocent.HasExited);
        }
        finally
        {
            innocent.Kill();
        }
    }

    [Fact]
    public async Task A_folder_is_for_its_owner_only()
    {
        ClusterFolder folder = await CreateAsync();
        try
        {
            if (OperatingSystem.IsWindows())
                Assert.Skip("Unix has modes.");
            else
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Root));
        }
        finally
        {
            folder.StopAndDelete();
        }
    }

    [Fact]
    public async Task A_keeper_whose_cluster_is_gone_already_ends_at_once()
    {
        ClusterFolder folder = await CreateAsync();
        Keeper keeper = new(folder);
        folder.StopAndDelete();
        var clock = Stopwatch.StartNew();
        keeper.Dispose();
        keeper.Dispose();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4.5));
        Assert.False(Directory.Exists(folder.Root));
    }

    [Fact]
    public async Task A_server_whose_owner_is_killed_ends_with_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The keeper is a Unix shell.");

        // The pipe to the keeper closes when the owner dies; here it is closed while the server runs.
        RunningUser user = await RunningUser.FindAsync(Cancel);
        Binaries? binaries = Binaries.OnThisMachine();
        Assert.SkipWhen(binaries is null, "No PostgreSQL programs are on this machine.");
        ClusterFolder folder = await CreateAsync();
        Keeper keeper = new(folder);
        try
        {
            CommandResult made = await Command.RunAsync(user.Line(binaries.Program("initdb"), "-D", folder.Data, "--no-sync"), TimeSpan.FromMinutes(2), Cancel);
            Assert.True(made.Succeeded, made.Output);
            await File.AppendAllTextAsync(Path.Combine(folder.Data, "postgresql.conf"), $"listen_addresses = ''\nunix_socket_directories = '{folder.Socket}'\n", Cancel);
            CommandResult started = await Command.RunAsync(user.Line(binaries.Program("pg_ctl"), "start", "-w", "-D", folder.Data, "-l", folder.Log), TimeSpan.FromMinutes(2), Cancel);
            Assert.True(started.Succeeded, started.Output);
            int server = folder.ServerProcess()!.Value;
            keeper.Dispose();
            var patience = Stopwatch.StartNew();
            while (Directory.Exists(folder.Root) && patience.Elapsed < TimeSpan.FromSeconds(30))
                await Task.Delay(100, Cancel);
            Assert.False(Directory.Exists(folder.Root));
            while (IsServer(server) && patience.Elapsed < TimeSpan.FromSeconds(30))
                await Task.Delay(100, Cancel);
            Assert.False(IsServer(server));
        }
        finally
        {
            folder.StopAndDelete();
            keeper.Dispose();
        }
    }

    private static bool IsServer(int process)
    {
        try
        {
            using Process found = Process.GetProcessById(process);
            return found.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task<ClusterFolder> CreateAsync() => await ClusterFolder.CreateAsync(await RunningUser.FindAsync(Cancel), Cancel);

    private static Task OwnAsync(ClusterFolder folder, string machine, int process, DateTime started) =>
        File.WriteAllTextAsync(Path.Combine(folder.Root, "owner"), string.Create(CultureInfo.InvariantCulture, $"{machine} {process} {started:O}"), Cancel);
}
