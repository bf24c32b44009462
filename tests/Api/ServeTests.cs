using System.Net;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api;

/// <summary>The server as a program: how it starts, stops, and whom it lets in.</summary>
public sealed class ServeTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_is_made_or_revoked_counts_at_once()
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        await using var server = await area.Serve();
        string second = await ApiServer.CreateKey(area.Folder, "second");
        using var client = new HttpClient { BaseAddress = server.Url };
        client.DefaultRequestHeaders.Authorization = new("Bearer", second);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("api/v1/info", UriKind.Relative), Cancellation)).StatusCode);

        var (listed, names) = await ApiServer.Command(area.Folder, "serve", "key", "list");
        Assert.Equal(0, listed);
        Assert.Contains("second", names, StringComparison.Ordinal);
        Assert.DoesNotContain(second, names, StringComparison.Ordinal);
        Assert.NotEqual(0, (await ApiServer.Command(area.Folder, "serve", "key", "create", "--name", "second")).ExitCode);

        Assert.Equal(0, (await ApiServer.Command(area.Folder, "serve", "key", "revoke", "second")).ExitCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri("api/v1/info", UriKind.Relative), Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Get("api/v1/info")).Status);
    }

    [Fact]
    public async Task Without_keys_only_this_machine_s_own_programs_and_pages_are_answered()
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        await using var server = await ApiServer.Start(area.Folder, null, "--no-auth", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse);
        Assert.Equal(HttpStatusCode.OK, (await server.Get("api/v1/info")).Status);
        Assert.Equal(202, await Asked($"Host: localhost:{server.Url.Port}"));
        Assert.Equal(202, await Asked($"Host: {server.Url.Authority}\r\nOrigin: http://{server.Url.Authority}"));

        // A name that was made to mean this machine, and a page from elsewhere.
        Assert.Equal(403, await Asked($"Host: evil.example:{server.Url.Port}"));
        Assert.Equal(403, await Asked($"Host: {server.Url.Authority}\r\nOrigin: http://evil.example"));
        Assert.Equal(403, await Asked($"Host: {server.Url.Authority}\r\nOrigin: null"));

        async Task<int> Asked(string headers) => (await Raw.Send(server, $"POST /api/v1/verifications HTTP/1.1\r\n{headers}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")).Status;
    }

    [Fact]
    public async Task It_stops_in_good_order_when_it_is_asked_to()
    {
        using var area = await ServedArea.Create(postgres, "CREATE TABLE t(id int); INSERT INTO t VALUES (1);");
        await using var server = await area.Serve();
        await server.Ended(await server.Migrate());
        Assert.Equal(0, await server.Stop());
        Assert.Contains("Stopping", server.Said, StringComparison.Ordinal);

        // What it knew it knows again.
        await using var again = await area.Serve();
        Assert.Equal("succeeded", (string?)(await again.Get("api/v1/runs"))["runs"]![0]!["state"]);
    }

    [Fact]
    public async Task Two_servers_do_not_share_a_journal()
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        await using var server = await area.Serve();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => area.Serve());
        Assert.Contains("journal", refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_in_a_sentence()
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        await using var server = await area.Serve();
        var (code, said) = await ApiServer.Command(
            area.Folder, "serve", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse, "--state", Path.Combine(area.Folder, "other"), "--listen", server.Url.Authority);
        Assert.Equal(64, code);
        Assert.Contains($"{server.Url.Authority} is in use", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_schedule_it_migrates_by_itself()
    {
        using var area = await ServedArea.Create(postgres, "CREATE TABLE t(id int); INSERT INTO t VALUES (1);");
        await using var server = await area.Serve("--schedule", "* * * * * *");
        while ((await server.Get("api/v1/tables"))["tables"]!.AsArray().Count == 0)
            await Task.Delay(200, Cancellation);
        var runs = (await server.Get("api/v1/runs?limit=100"))["runs"]!.AsArray();
        Assert.All(runs, r => Assert.Equal("migration", (string?)r!["kind"]));
    }

    [Fact]
    public async Task On_a_schedule_it_verifies_by_itself()
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        await using var server = await ApiServer.Start(
            area.Folder,
            null,
            new Dictionary<string, string> { ["MAMMOTH_VERIFICATION_SCHEDULE"] = "* * * * * *" },
            ["--no-auth", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse]);
        while ((await server.Get("api/v1/runs"))["runs"]!.AsArray().Count == 0)
            await Task.Delay(200, Cancellation);
        var runs = (await server.Get("api/v1/runs?limit=100"))["runs"]!.AsArray();
        Assert.All(runs, r => Assert.Equal("verification", (string?)r!["kind"]));
        Assert.Contains("Verifies by itself: * * * * * *", server.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_schedule_it_looks_for_schema_drift_and_warns_of_each_difference()
    {
        using var area = await ServedArea.Create(postgres, "CREATE TABLE t (i int); CREATE TABLE \"odd\nname\" (i int)");
        await using var server = await ApiServer.Start(
            area.Folder,
            null,
            new Dictionary<string, string> { ["MAMMOTH_DRIFT_SCHEDULE"] = "* * * * * *" },
            ["--no-auth", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse]);
        while (!server.Said.Contains("table public.t is new", StringComparison.Ordinal))
            await Task.Delay(200, Cancellation);
        Assert.Contains("Looks for schema drift by itself: * * * * * *", server.Said, StringComparison.Ordinal);
        string[] lines = server.Said.Split('\n');
        Assert.Contains(lines, l => l.Contains("warn:", StringComparison.Ordinal) && l.Contains($"Schema drift of {area.Source.Name}, run ", StringComparison.Ordinal) && l.TrimEnd().EndsWith("table public.t is new", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.TrimEnd().EndsWith("table public.U&\"odd\\000Aname\" is new", StringComparison.Ordinal));
        Assert.All((await server.Get("api/v1/runs"))["runs"]!.AsArray(), r => Assert.Equal("drift", (string?)r!["kind"]));
    }

    [Fact]
    public async Task On_a_schedule_it_rehearses_recovery_and_not_without_a_server_for_it()
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        var schedule = new Dictionary<string, string> { ["MAMMOTH_REHEARSAL_SCHEDULE"] = "* * * * * *" };
        string[] options = ["--no-auth", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse];
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ApiServer.Start(area.Folder, null, schedule, options));
        Assert.Contains("MAMMOTH_REHEARSAL_TARGET", refused.Message, StringComparison.Ordinal);
        schedule["MAMMOTH_REHEARSAL_TARGET"] = area.Source.ConnectionString;
        await using var server = await ApiServer.Start(area.Folder, null, schedule, options);
        while ((await server.Get("api/v1/runs"))["runs"]!.AsArray().Count == 0)
            await Task.Delay(200, Cancellation);
        var runs = (await server.Get("api/v1/runs?limit=100"))["runs"]!.AsArray();
        Assert.All(runs, r => Assert.Equal("rehearsal", (string?)r!["kind"]));
        Assert.Contains("Rehearses recovery by itself: * * * * * *", server.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_schedule_it_deletes_what_nothing_refers_to()
    {
        using var area = await ServedArea.Create(postgres, "CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
        Assert.Equal(0, (await ApiServer.Command(area.Folder, "migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse)).ExitCode);
        string[] kept = Directory.GetFiles(area.Warehouse, "*", SearchOption.AllDirectories);
        string data = Path.Combine(area.Warehouse, "public", "t", "data");
        string[] left = [Path.Combine(data, "20200101T000000-abcdef-00000-0123456789abcdef0123456789abcdef-000.parquet"), Path.Combine(data, "20200101T000000-abcdef-00001-0123456789abcdef0123456789abcdef-000.parquet")];
        foreach (string file in left)
            await File.WriteAllTextAsync(file, "x", Cancellation);
        foreach (string file in kept.Append(left[0]))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-4));

        await using var server = await ApiServer.Start(
            area.Folder,
            null,
            new Dictionary<string, string> { ["MAMMOTH_MAINTENANCE_SCHEDULE"] = "* * * * * *" },
            ["--no-auth", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse]);
        while (File.Exists(left[0]))
            await Task.Delay(200, Cancellation);
        Assert.True(File.Exists(left[1]));
        Assert.All(kept, f => Assert.True(File.Exists(f), f));
        Assert.Contains("Cleans by itself: * * * * * *", server.Said, StringComparison.Ordinal);
        Assert.All((await server.Get("api/v1/runs"))["runs"]!.AsArray(), r => Assert.Equal("migration", (string?)r!["kind"]));
    }
}
