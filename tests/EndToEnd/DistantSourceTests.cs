using System.Diagnostics;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Postgres;
using Npgsql;

namespace Mammoth.Tests.EndToEnd;

/// <summary>A server under the name of another machine: it is this one all the same, by a file of hosts that only the command sees.</summary>
public sealed class DistantSourceTests(Readers readers) : IAsyncLifetime
{
    private const string Name = "db.example.test";

    private OwnCluster cluster = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cluster = await OwnCluster.StartAsync();
        await cluster.ExecuteAsync("CREATE TABLE public.good AS SELECT g AS id, 'note ' || g AS note FROM generate_series(1, 100) g");
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task Without_encryption_at_the_server_it_is_refused_with_the_ways_on_and_both_are_ways()
    {
        using var area = Area();
        foreach (string command in new[] { "migrate", "plan" })
        {
            Ended refused = await Run(area, command, Source());
            refused.SaysTo(2, $"{Name}:", "takes no encrypted connection", "sslmode=require asks for one (the default for other machines)", "ssl = on", "sslmode=prefer", "sslmode=disable");
        }

        Assert.False(Directory.Exists(area.Warehouse.Argument));
        (await Run(area, "plan", $"{Source()};SSL Mode=Prefer")).Expect(0);
        Ended ended = (await Run(area, "migrate", $"{Source()};SSL Mode=Disable")).Expect(0);
        Assert.Equal(100, await area.Judge(ended.Report, "public.good"));
        Assert.True(HasDump(area, ended), "pg_dump was given another mode.");
    }

    /// <summary>The server takes nothing else: what connects without (Npgsql, the copies, pg_dump) is turned away.</summary>
    [Fact]
    public async Task Whatever_connects_is_encrypted_without_being_asked_to()
    {
        using var area = Area();
        await ServerCertificate.Install(cluster, Name, Path.Combine(area.Folder, "root.pem"));
        await cluster.ExecuteAsync("CREATE TEMP TABLE rules (line text); INSERT INTO rules VALUES ('hostssl all all all scram-sha-256'); DO $$ BEGIN EXECUTE format('COPY rules TO PROGRAM %L', 'cat > ' || current_setting('hba_file')); END $$; SELECT pg_reload_conf()");
        var plain = await Run(area, "plan", $"{Source()};SSL Mode=Disable");
        plain.SaysTo(2, "pg_hba.conf");

        Ended ended = (await Run(area, "migrate", Source())).Expect(0);
        Assert.DoesNotContain("Npgsql", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(100, ended.Report.Tables.Single().Rows);
        Assert.True(HasDump(area, ended), $"pg_dump was given another mode. {ended}");
    }

    private static bool HasDump(MigrationArea area, Ended ended) =>
        File.Exists(Path.Combine(area.Warehouse.Argument, "_mammoth", "runs", ended.Report.RunId, "schema-1.sql"));

    private MigrationArea Area() => new(new Running.SourceDatabase(cluster.ConnectionString), readers);

    private string Source()
    {
        var target = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = Name };
        target.Remove("SSL Mode");
        return target.ConnectionString;
    }

    private static async Task<Ended> Run(MigrationArea area, string command, string source)
    {
        string hosts = Path.Combine(area.Folder, "hosts");
        await File.WriteAllTextAsync(hosts, $"127.0.0.1 localhost {Name}\n", Cancellation);
        string[] within = ["unshare", "-rm", "sh", "-c", "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"", "sh", hosts];
        Assert.SkipUnless(await Works([.. within, "true"]), "This machine (a container?) gives its users no mounts of their own.");
        await using var process = MammothProcess.Start(
            [command, "--source", source, "--warehouse", area.Warehouse.Argument, "--output", "json"],
            new Dictionary<string, string> { ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"), ["TMPDIR"] = area.Folder, ["PGSSLMODE"] = "" },
            within);
        return await process.End(Cancellation);
    }

    private static async Task<bool> Works(string[] line)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        using var process = Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(Cancellation);
        return process.ExitCode == 0;
    }
}
