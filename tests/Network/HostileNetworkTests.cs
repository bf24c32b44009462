using System.Net;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Network;

/// <summary>A bad network before PostgreSQL and before the store: the command ends with every row once, by itself, and does not hang.</summary>
[LongRunning]
public sealed class HostileNetworkTests(SampleSource sample, AzuriteFixture azurite, Readers readers) : IClassFixture<SampleSource>
{
    /// <summary>What a run of these tables takes many times over: longer is a hang.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(NetworkFault.Cut)]
    [InlineData(NetworkFault.Reset)]
    [InlineData(NetworkFault.Slow)]
    public async Task Before_PostgreSQL_in_the_middle_of_a_copy(NetworkFault fault)
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers);
        var source = new NpgsqlConnectionStringBuilder(area.Source.ConnectionString);
        await using var proxy = new TcpProxy(new(IPAddress.Loopback, source.Port), fault, every: 700_000, faults: 3, stream: 16 << 10);
        (source.Host, source.Port, source.SslMode) = ("127.0.0.1", proxy.Port, SslMode.Disable);

        await Migrates(area, source.ConnectionString, area.Warehouse.Argument);

        Assert.True(proxy.Disturbed >= 2, $"{proxy.Disturbed} connections were disturbed: the test shows nothing.");
    }

    [Theory]
    [InlineData(NetworkFault.Cut)]
    [InlineData(NetworkFault.Reset)]
    [InlineData(NetworkFault.Slow)]
    public async Task Before_the_store_in_the_middle_of_an_answer(NetworkFault fault)
    {
        var container = await azurite.CreateContainer(Cancellation);
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers, container);
        var store = new Uri(area.Warehouse.Argument);
        await using var proxy = new TcpProxy(new(IPAddress.Loopback, store.Port), fault, every: 60_000, faults: 6);

        await Migrates(area, area.Source.ConnectionString, new UriBuilder(store) { Port = proxy.Port }.Uri.AbsoluteUri);

        Assert.True(proxy.Disturbed >= 4, $"{proxy.Disturbed} connections were disturbed: the test shows nothing.");
    }

    /// <summary>What is asked for before anything is begun is not asked again by itself.</summary>
    [Fact]
    public async Task Before_PostgreSQL_at_the_first_answer()
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers);
        var source = new NpgsqlConnectionStringBuilder(area.Source.ConnectionString);
        await using var proxy = new TcpProxy(new(IPAddress.Loopback, source.Port), NetworkFault.Stall, every: 0, faults: 2, requests: "SELECT pg_catalog.current_setting('server_version_num')");
        (source.Host, source.Port, source.SslMode) = ("127.0.0.1", proxy.Port, SslMode.Disable);
        for (var i = 0; i < 2; i++)
            (await Migrate(area, source.ConnectionString, area.Warehouse.Argument)).SaysTo(2, "gave no answer to a statement within 3 seconds", "MAMMOTH_STATEMENT_LIMIT");

        await Migrates(area, source.ConnectionString, area.Warehouse.Argument);

        Assert.Equal(2, proxy.Disturbed);
    }

    [Theory]
    [InlineData("BEGIN ISOLATION LEVEL", "SET TRANSACTION SNAPSHOT")]
    [InlineData("LOCK TABLE", "pg_export_snapshot")]
    [InlineData("FROM pg_catalog.pg_class c", "pg_constraint")]
    [InlineData("SAVEPOINT use", "SELECT pg_catalog.count(*) FROM ONLY", "\"packed_at\" FROM ONLY")]
    public async Task Before_PostgreSQL_at_the_answers_to_statements(params string[] statements)
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers);
        var source = new NpgsqlConnectionStringBuilder(area.Source.ConnectionString);
        await using var proxy = new TcpProxy(new(IPAddress.Loopback, source.Port), NetworkFault.Stall, every: 0, faults: 2, requests: statements)
        {
            Armed = () => File.Exists(Path.Combine(area.Folder, "warehouse", "_mammoth", "runs", ".current")),
        };
        (source.Host, source.Port, source.SslMode) = ("127.0.0.1", proxy.Port, SslMode.Disable);

        await Migrates(area, source.ConnectionString, area.Warehouse.Argument);

        Assert.Equal(2 * statements.Length, proxy.Disturbed);
    }

    private static async Task<Ended> Migrate(MigrationArea area, string source, string warehouse)
    {
        await using var process = MammothProcess.Start(["migrate", "--source", source, "--warehouse", warehouse, "--include", "shop.*", "--output", "json"], new Dictionary<string, string>
        {
            ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"),
            ["MAMMOTH_COPY_SILENCE"] = "3",
            ["MAMMOTH_STATEMENT_LIMIT"] = "3",
            ["MAMMOTH_TABLE_STATEMENT_LIMIT"] = "3",
        });
        Assert.True(await process.EndsWithin(Patience, Cancellation), "It hangs.");
        return await process.End(Cancellation);
    }

    private static async Task Migrates(MigrationArea area, string source, string warehouse)
    {
        var report = (await Migrate(area, source, warehouse)).Expect(0).Report;

        var rows = await area.Source.Query<long>("SELECT (SELECT count(*) FROM shop.order_lines) + (SELECT count(*) FROM shop.events)", Cancellation);
        Assert.Equal(rows.Single(), report.Tables.Where(t => t.Source is "shop.order_lines" or "shop.events").Sum(t => t.Rows));
        foreach (var table in (string[])["shop.order_lines", "shop.events"])
            await area.Judge(report, table);
        var verified = await CommandLine.RunAsync("verify", "--warehouse", area.Warehouse.Argument);
        Assert.True(verified.ExitCode == 0, verified.Out + verified.Error);
    }
}
