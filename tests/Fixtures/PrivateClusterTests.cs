using System.Diagnostics;
using System.Net.Sockets;
using Mammoth.Postgres.Cluster;
using Npgsql;

namespace Mammoth.Tests.Fixtures;

public sealed class PrivateClusterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_on_loopback_only_and_wants_its_password()
    {
        await using PrivateCluster cluster = await PrivateCluster.StartAsync(new() { Database = "Odd \"name\"" }, Token);

        Assert.Equal("Odd \"name\"", await ScalarAsync(cluster.ConnectionString, "SELECT current_database()"));
        Assert.Equal("127.0.0.1", await ScalarAsync(cluster.ConnectionString, "SHOW listen_addresses"));
        Assert.Equal("UTF8", await ScalarAsync(cluster.ConnectionString, "SHOW server_encoding"));
        Assert.Equal("off", await ScalarAsync(cluster.ConnectionString, "SHOW fsync"));
        string wrong = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Password = "wrong", Pooling = false }.ConnectionString;
        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(wrong, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task Leaves_no_server_and_no_folder_behind()
    {
        PrivateCluster cluster = await PrivateCluster.StartAsync(new(), Token);
        string data = (string)(await ScalarAsync(cluster.ConnectionString, "SHOW data_directory"))!;
        Assert.True(Directory.Exists(Path.GetDirectoryName(data)));

        await cluster.DisposeAsync();

        Assert.False(Directory.Exists(Path.GetDirectoryName(data)));
        using TcpClient client = new();
        await Assert.ThrowsAnyAsync<SocketException>(() => client.ConnectAsync("127.0.0.1", cluster.Port, Token).AsTask());
    }

    [Fact]
    public async Task A_given_setting_wins_over_the_fast_ones()
    {
        ClusterOptions options = new() { Settings = new Dictionary<string, string> { ["fsync"] = "on", ["cluster_name"] = "it's" } };

        await using PrivateCluster cluster = await PrivateCluster.StartAsync(options, Token);

        Assert.Equal("on", await ScalarAsync(cluster.ConnectionString, "SHOW fsync"));
        Assert.Equal("off", await ScalarAsync(cluster.ConnectionString, "SHOW full_page_writes"));
    }

    [Fact]
    public async Task Says_which_programs_a_given_folder_lacks()
    {
        string empty = Directory.CreateTempSubdirectory("mammoth-no-pg").FullName;
        try
        {
            ClusterUnavailableException e = await Assert.ThrowsAsync<ClusterUnavailableException>(() => PrivateCluster.StartAsync(new() { BinDirectory = empty }, Token));
            Assert.Contains(empty, e.Message, StringComparison.Ordinal);
            Assert.Contains("initdb", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(empty);
        }
    }

    [Fact]
    public async Task Ends_the_server_when_its_owner_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The keeper is a Unix shell.");
        RunningUser user = await RunningUser.FindAsync(Token);
        ClusterFolder folder = await ClusterFolder.CreateAsync(user, Token);
        Keeper keeper = new(folder);

        // What the kernel does to the pipe when this process dies.
        keeper.Dispose();

        Assert.False(Directory.Exists(folder.Root));
    }

    [Fact]
    public async Task Finds_the_folder_of_a_dead_owner_and_not_that_of_a_living_one()
    {
        RunningUser user = await RunningUser.FindAsync(Token);
        ClusterFolder living = await ClusterFolder.CreateAsync(user, Token);
        ClusterFolder dead = await ClusterFolder.CreateAsync(user, Token);
        try
        {
            using Process ended = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
            await ended.WaitForExitAsync(Token);
            string owner = Path.Combine(dead.Root, "owner");
            string[] written = (await File.ReadAllTextAsync(owner, Token)).Split(' ');
            await File.WriteAllTextAsync(owner, $"{written[0]} {ended.Id} {written[2]}", Token);

            List<string> orphans = [.. ClusterFolder.Orphans().Select(f => f.Root)];

            Assert.Contains(dead.Root, orphans);
            Assert.DoesNotContain(living.Root, orphans);
        }
        finally
        {
            living.StopAndDelete();
            dead.StopAndDelete();
        }
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }
}
