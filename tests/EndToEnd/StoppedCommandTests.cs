using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>Ctrl-C, and the SIGTERM of whoever manages services, in the middle of the work.</summary>
[LongRunning]
public sealed partial class StoppedCommandTests(PostgresFixture postgres, Readers readers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PosixSignal.SIGINT, false)]
    [InlineData(PosixSignal.SIGTERM, false)]
    [InlineData(PosixSignal.SIGINT, true)]
    public async Task A_copy_that_is_stopped_says_how_to_go_on_and_does(PosixSignal signal, bool json)
    {
        using var area = new MigrationArea(await Source(), readers);
        var options = area.Filter("public.later", Gate.Filter("id = 3000"));
        Ended ended;
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        {
            await using var first = area.Mammoth(["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument, "--slots", "1", .. json ? (string[])["-o", "json"] : [], .. options]);
            await gate.Reached(first, Cancellation);
            first.Signal(signal);
            Assert.True(await first.EndsWithin(TimeSpan.FromSeconds(50), Cancellation), "It did not end.");
            ended = await first.End(Cancellation);
            await gate.Open(Cancellation);
        }

        ended.SaysTo(2, "was stopped", "Run the same command again", "--run-id");
        var run = RunId().Match(ended.Errors).Groups[1].Value;
        Assert.NotEmpty(run);
        if (json)
        {
            using var error = JsonDocument.Parse(ended.Output);
            Assert.Equal("stopped", error.RootElement.GetProperty("error").GetProperty("code").GetString());
        }

        // Nothing is to be seen, and nobody is left on the server.
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
        await NobodyIsLeft(area);

        // Another run by its name, as the message says; and what was copied before is kept.
        var report = (await area.Migrate([.. options, "--slots", "1", .. json ? ["--run-id", run] : (string[])[]])).Expect(0).Report;
        Assert.Equal(run, report.RunId);
        Assert.Equal(Consistency.Table, report.Consistency);
        Assert.Equal([1, 2], report.Tables.OrderBy(t => t.Source, StringComparer.Ordinal).Select(t => t.Epoch));
        await area.JudgeAll(report);
        Assert.Empty(StateOf(area));
    }

    /// <summary>The terminal sends Ctrl-C to the whole group as often as somebody presses it.</summary>
    [Fact]
    public async Task Pressing_it_again_does_no_harm()
    {
        using var area = new MigrationArea(await Source(), readers);
        var options = area.Filter("public.later", Gate.Filter("id = 3000"));
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        {
            await using var first = area.Start([.. options, "--slots", "1"]);
            await gate.Reached(first, Cancellation);
            for (var i = 0; i < 5; i++)
            {
                if (!first.HasExited)
                    first.Signal(PosixSignal.SIGINT);
                await Task.Delay(20, Cancellation);
            }
            await first.EndsWithin(TimeSpan.FromSeconds(50), Cancellation);
            Assert.NotEqual(0, (await first.End(Cancellation)).ExitCode);
            await gate.Open(Cancellation);
        }

        await area.JudgeAll((await area.Migrate([.. options, "--slots", "1"])).Expect(0).Report);
    }

    [Fact]
    public async Task Two_at_a_time_on_one_run_are_told_of_each_other()
    {
        using var area = new MigrationArea(await Source(), readers);
        var options = area.Filter("public.later", Gate.Filter("id = 3000"));
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var first = area.Start([.. options, "--slots", "1"]);
        await gate.Reached(first, Cancellation);

        (await area.Migrate([.. options, "--slots", "1"])).SaysTo(2, "is in use by process", "What to do");

        await gate.Open(Cancellation);
        var report = (await first.End(Cancellation)).Expect(0).Report;
        Assert.Equal(Consistency.Database, report.Consistency);
        await area.JudgeAll(report);
    }

    [Fact]
    public async Task Another_run_into_a_warehouse_whose_run_is_alive_is_told_who_is_at_it_and_may_come_when_that_has_ended()
    {
        using var area = new MigrationArea(await Source(), readers);
        var options = area.Filter("public.later", Gate.Filter("id = 3000"));
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var first = area.Start([.. options, "--slots", "1"]);
        await gate.Reached(first, Cancellation);

        (await area.Migrate("--include", "public.before")).SaysTo(2, $"process {first.Id} on {Environment.MachineName}", "one migration runs at a time", "Wait for it to end", "run-under-way");
        Assert.Single(StateOf(area), f => f.EndsWith(".json", StringComparison.Ordinal));

        await gate.Open(Cancellation);
        (await first.End(Cancellation)).Expect(0);
        (await area.Migrate("--include", "public.before")).Expect(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_was_stopped_or_killed_leaves_the_warehouse_to_others_and_comes_back_when_they_have_ended(bool killed)
    {
        using var area = new MigrationArea(await Source(), readers);
        string[] options = [.. area.Filter("public.later", Gate.Filter("id = 3000")), "--slots", "1"];
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        {
            await using var first = area.Start(options);
            await gate.Reached(first, Cancellation);
            if (killed)
                await first.Kill();
            else
                first.Signal(PosixSignal.SIGINT);
            Assert.NotEqual(0, (await first.End(Cancellation)).ExitCode);
            await gate.Open(Cancellation);
        }

        // Not what the other has copied: that would have to be copied again.
        (await area.Migrate("--include", "public.later")).Expect(0);
        await NobodyIsLeft(area);
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        {
            await using var second = area.Start("--exclude", "public.before", "--slots", "1", "--config", options[1]);
            await gate.Reached(second, Cancellation);
            (await area.Migrate(options)).SaysTo(2, $"process {second.Id} on");
            await gate.Open(Cancellation);
            (await second.End(Cancellation)).Expect(0);
        }

        await area.JudgeAll((await area.Migrate(options)).Expect(0).Report);
    }

    [Fact]
    public async Task A_warehouse_whose_run_died_on_another_machine_is_free_when_its_claim_has_run_out()
    {
        using var area = new MigrationArea(await Source(), readers);
        var options = area.Filter("public.later", Gate.Filter("id = 3000"));
        int dead;
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        {
            await using var first = area.Start([.. options, "--slots", "1"]);
            await gate.Reached(first, Cancellation);
            dead = first.Id;
            await first.Kill();
            await gate.Open(Cancellation);
        }

        // What only its own machine knows is not there; and the last time it renewed its claim was a while ago.
        Directory.Move(Path.Combine(area.Folder, "state"), Path.Combine(area.Folder, "elsewhere"));
        var current = Path.Combine(area.Folder, "warehouse", "_mammoth", "runs", ".current");
        var claim = System.Text.Json.JsonSerializer.Deserialize<ClaimedRun>(await File.ReadAllBytesAsync(current, Cancellation), RunFolder.Json)!;
        await File.WriteAllBytesAsync(current, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(claim with { Until = DateTimeOffset.UtcNow }, RunFolder.Json), Cancellation);

        (await area.Migrate("--include", "public.before")).SaysTo(2, $"Run {claim.Run}", $"process {dead} on {Environment.MachineName}", "runs out at");
        var wait = (claim with { Until = DateTimeOffset.UtcNow }).End - DateTimeOffset.UtcNow;
        Assert.InRange(wait, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
        await Task.Delay(wait, Cancellation);
        (await area.Migrate("--include", "public.before")).Expect(0);
    }

    /// <summary>A journal that a disk has damaged: the message's way out is gone, and it is one.</summary>
    [Fact]
    public async Task A_damaged_journal_is_named_and_once_moved_away_the_run_ends_right()
    {
        using var area = new MigrationArea(await Source(), readers);
        var options = area.Filter("public.later", Gate.Filter("id = 3000"));
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        {
            await using var first = area.Start([.. options, "--slots", "1"]);
            await gate.Reached(first, Cancellation);
            await first.Kill();
            await gate.Open(Cancellation);
        }

        var journal = StateOf(area).Single(f => f.EndsWith(".db", StringComparison.Ordinal));
        foreach (var beside in StateOf(area).Where(f => f.EndsWith("-wal", StringComparison.Ordinal) || f.EndsWith("-shm", StringComparison.Ordinal)))
            File.Delete(beside);
        await File.WriteAllBytesAsync(journal, [.. "SQLite format 3\0"u8, .. new byte[8192]], Cancellation);
        (await area.Migrate([.. options, "--slots", "1"])).SaysTo(2, journal, "Move it away");

        File.Move(journal, journal + ".away");
        var report = (await area.Migrate([.. options, "--slots", "1"])).Expect(0).Report;
        await area.JudgeAll(report);
        Assert.Equal(Consistency.Database, report.Consistency);
    }

    /// <summary>What a crash of an older version, or a full disk, may leave in the state folder must not stop every run from then on.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"runId": "x"}""")]
    [InlineData("""{"runId": "x", "options": {"policy": "sometimes"}, "source": "s", "started": "2026-01-01T00:00:00Z"}""")]
    public async Task A_run_s_marker_that_can_not_be_read_is_named(string content)
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "marker", "CREATE TABLE t (id int); INSERT INTO t VALUES (1)", Cancellation), readers);
        (await area.Migrate("--include", "nothing.*")).Expect(64);
        (await area.Migrate()).Expect(0);
        var folder = Directory.CreateDirectory(Path.Combine(area.Folder, "state", "mammoth", "runs", StateFolderName(area))).FullName;
        var marker = Path.Combine(folder, "20260101T000000-abcdef.json");
        await File.WriteAllTextAsync(marker, content, Cancellation);

        (await area.Migrate()).SaysTo(2, marker, "Move it away");

        File.Delete(marker);
        (await area.Migrate()).Expect(0);
    }

    [Fact]
    public async Task A_sample_that_is_stopped_says_how_to_begin_anew()
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "stopped_sample", "SELECT 1", Cancellation), readers);
        await using (var sample = area.Mammoth("sample", "--source", area.Source.ConnectionString, "--size", "medium"))
        {
            while ((await area.Source.Query<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'shop'", Cancellation)).Single() == 0)
            {
                Assert.False(sample.HasExited);
                await Task.Delay(50, Cancellation);
            }
            sample.Signal(PosixSignal.SIGINT);
            (await sample.End(Cancellation)).SaysTo(2, "stopped halfway", "--replace");
        }

        await using var again = area.Mammoth("sample", "--source", area.Source.ConnectionString);
        (await again.End(Cancellation)).SaysTo(64, "--replace");
        await NobodyIsLeft(area);
    }

    [Fact]
    public async Task A_demo_that_is_stopped_ends_its_server()
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "unused", "SELECT 1", Cancellation), readers);
        var lake = Path.Combine(area.Folder, "demo");
        await using var demo = area.Mammoth("demo", "--warehouse", lake, "--size", "medium");
        while (!Directory.EnumerateDirectories(area.Folder, "mammoth-pg-*").Concat(Directory.EnumerateDirectories("/tmp", "mammoth-pg-*")).Any(Ours))
        {
            Assert.False(demo.HasExited, demo.HasExited ? (await demo.End(Cancellation)).ToString() : "");
            await Task.Delay(50, Cancellation);
        }
        await Task.Delay(TimeSpan.FromSeconds(4), Cancellation);
        demo.Signal(PosixSignal.SIGINT);
        Assert.True(await demo.EndsWithin(TimeSpan.FromSeconds(60), Cancellation), "It did not end.");
        var ended = await demo.End(Cancellation);
        ended.SaysTo(2, "stopped");
        if (Port().Match(ended.Output) is { Success: true } port)
        {
            using TcpClient client = new();
            await Assert.ThrowsAnyAsync<SocketException>(() => client.ConnectAsync("127.0.0.1", int.Parse(port.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), Cancellation).AsTask());
        }

        // The file "owner" of a cluster's folder has the id of the process it belongs to.
        bool Ours(string folder)
        {
            try
            {
                return File.ReadAllText(Path.Combine(folder, "owner")).Split(' ').Contains($"{demo.Id}");
            }
            catch (IOException)
            {
                return false;
            }
            catch (UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    private static string StateFolderName(MigrationArea area) =>
        Path.GetFileName(Mammoth.Cli.Runs.StateFolder.For(Mammoth.Iceberg.IO.Warehouse.Open(area.Warehouse.Argument)));

    private static IReadOnlyList<string> StateOf(MigrationArea area) =>
        Directory.Exists(Path.Combine(area.Folder, "state")) ? [.. Directory.EnumerateFiles(Path.Combine(area.Folder, "state"), "*", SearchOption.AllDirectories)] : [];

    private static async Task NobodyIsLeft(MigrationArea area)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while ((await area.Source.Query<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'", patience.Token)).Single() > 0)
            await Task.Delay(100, patience.Token);
    }

    private Task<SourceDatabase> Source() => SourceDatabase.Create(
        postgres,
        "stopped",
        """
        CREATE TABLE public.before (id integer PRIMARY KEY, value text);
        CREATE TABLE public.later (id integer PRIMARY KEY REFERENCES public.before, value text);
        INSERT INTO public.before SELECT g, 'before ' || g FROM generate_series(1, 5000) g;
        INSERT INTO public.later SELECT g, 'later ' || g FROM generate_series(1, 5000) g;
        ANALYZE
        """,
        Cancellation);

    [GeneratedRegex(@"--run-id (\S+?):")]
    private static partial Regex RunId();

    [GeneratedRegex(@"127\.0\.0\.1:(\d+); it ends")]
    private static partial Regex Port();
}
