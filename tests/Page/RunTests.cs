using Mammoth.Tests.Api.Running;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Page.Browsing;
using Microsoft.Playwright;
using Npgsql;
using static Microsoft.Playwright.Assertions;

namespace Mammoth.Tests.Page;

/// <summary>A run that is watched and steered. The copy is halted at one row, so nothing depends on time.</summary>
public sealed class RunTests(PostgresFixture postgres, Chromium chromium)
{
    /// <summary>With a row a page, <c>gated</c> is copied in chunks.</summary>
    private const string Sql = """
        CREATE TABLE gated(id int PRIMARY KEY, t text) WITH (fillfactor = 10);
        CREATE TABLE later(id int PRIMARY KEY REFERENCES gated);
        ALTER TABLE gated ALTER t SET STORAGE PLAIN;
        INSERT INTO gated SELECT i, repeat('x', 700) FROM generate_series(1, 3500) i;
        INSERT INTO later SELECT i FROM generate_series(1, 50) i;
        ANALYZE;
        """;

    private static readonly string[] OneAtATime = ["--slots", "1", "--target-file-size", "1MB"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_progress_is_live_it_is_paused_and_resumed_and_ends_with_what_holds()
    {
        using var area = await ServedArea.Create(postgres, Sql);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var server = await area.Serve([.. area.FilterApart("public.gated", Gate.Filter("id = 2500")), .. OneAtATime]);
        await using var visit = await Visit.Begin(chromium, server, "#/start");
        await visit.Button("Start the migration").ClickAsync();
        await gate.Reached(Cancellation);
        await Expect(visit.State).ToHaveTextAsync("running");
        await Expect(visit.Page.GetByRole(AriaRole.Progressbar, new() { Name = "Batch 1" })).ToBeVisibleAsync();
        await Expect(visit.Page.Locator("[aria-current=step]")).ToHaveTextAsync("Copy and verify");
        await Expect(visit.Table("public.gated")).ToContainTextAsync("2 of 4 chunks");
        await Expect(visit.Table("public.later")).ToContainTextAsync("waiting");
        Assert.Equal(["4", "0.5"], await visit.Table("public.gated").Locator(".chunks").EvaluateAsync<string[]>("map => [map.style.getPropertyValue('--cells'), map.firstChild.style.getPropertyValue('--part')]"));
        await visit.Picture("run-copying");
        await visit.IsAccessible();

        await visit.Button("Pause").ClickAsync();
        await Expect(visit.State).ToHaveTextAsync("paused");
        await Expect(visit.Button("Resume")).ToBeFocusedAsync();
        await visit.Button("Resume").ClickAsync();
        await Expect(visit.State).ToHaveTextAsync("running");
        await gate.Open(Cancellation);

        await Expect(visit.State).ToHaveTextAsync("succeeded");
        await Expect(visit.Page.GetByText("2 of 2 tables verified.")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("consistency: database.")).ToBeVisibleAsync();
        await Expect(visit.Table("public.gated")).ToContainTextAsync("3,500 rows");
        await Expect(visit.Table("public.gated")).ToContainTextAsync("✓ verified");
        await visit.Table("public.gated").Locator("summary").ClickAsync();
        await Expect(visit.Table("public.gated")).ToContainTextAsync("3,500 at the source, 3,500 in the table");
        await Expect(visit.Table("public.gated").GetByRole(AriaRole.Region, new() { Name = "Columns of public.gated" })).ToContainTextAsync("integer");
        await visit.Picture("run-done");
        visit.WentWell();
    }

    [Fact]
    public async Task A_rehearsal_says_which_tables_came_back()
    {
        using var area = await ServedArea.Create(postgres, "CREATE VIEW v AS SELECT 1 AS one; CREATE TABLE a AS SELECT i, 'v'::regclass AS seen FROM generate_series(1, 30) i; CREATE TABLE b AS SELECT i FROM a");
        await using var server = await area.Serve("--rehearsal-target", area.Source.ConnectionString);
        await server.Ended(await server.Migrate());
        string good = await server.Rehearse();
        await server.Ended(good);
        await using var visit = await Visit.Begin(chromium, server, $"#/runs/{good.Split('/')[^1]}");
        await Expect(visit.State).ToHaveTextAsync("succeeded");
        await Expect(visit.Page.GetByText("2 tables came back.")).ToBeVisibleAsync();
        await Expect(visit.Table("public.a")).ToContainTextAsync("30 rows");
        await Expect(visit.Page.GetByText("public.a: seen stays text")).ToBeVisibleAsync();
        await visit.Picture("run-rehearsal");
        await visit.IsAccessible();

        string file = Directory.EnumerateFiles(Path.Combine(area.Warehouse, "public", "b", "data")).Single();
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file, Cancellation))[..^9], Cancellation);
        string bad = await server.Rehearse();
        await server.Ended(bad);
        await visit.Page.EvaluateAsync($"location.hash = '#/runs/{bad.Split('/')[^1]}'");
        await Expect(visit.State).ToHaveTextAsync("failed");
        await Expect(visit.Page.GetByText("1 of 2 tables did not come back as published.")).ToBeVisibleAsync();
        await Expect(visit.Table("public.b")).ToContainTextAsync("it can't be read");
        await visit.Page.EvaluateAsync("location.hash = '#/runs'");
        await Expect(visit.Page.GetByText("Rehearsal of recovery").First).ToBeVisibleAsync();
        visit.WentWell();
    }

    [Fact]
    public async Task Who_waits_behind_its_locks_is_told_while_it_runs_and_it_is_cancelled_after_a_question()
    {
        using var area = await ServedArea.Create(postgres, Sql);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var server = await area.Serve([.. area.FilterApart("public.gated", Gate.Filter("id = 2500")), .. OneAtATime]);
        string run = await server.Migrate();
        await gate.Reached(Cancellation);
        await using var visit = await Visit.Begin(chromium, server, $"#/runs/{run.Split('/')[^1]}");
        await Expect(visit.State).ToHaveTextAsync("running");
        await using var application = await area.Source.Open(Cancellation);
        await using var command = new NpgsqlCommand("ALTER TABLE later ADD COLUMN more int", application) { CommandTimeout = 0 };
        Task<int> waits = command.ExecuteNonQueryAsync(Cancellation);
        await Expect(visit.Page.GetByRole(AriaRole.Log, new() { Name = "Warnings" })).ToContainTextAsync("ALTER TABLE later ADD COLUMN more int");
        await visit.Picture("run-warning");
        await visit.IsAccessible();

        await visit.Button("Cancel…").ClickAsync();
        await visit.Button("Let it run").ClickAsync();
        await Expect(visit.State).ToHaveTextAsync("running");
        await visit.Button("Cancel…").ClickAsync();
        await visit.Button("Cancel the run").ClickAsync();
        await Expect(visit.State).ToHaveTextAsync("cancelled");
        await Expect(visit.Page.GetByText("Nothing was published.")).ToBeVisibleAsync();
        await waits;

        // It is a fact of the run, for whoever asks later.
        var ended = await server.Ended(run);
        Assert.Contains("waits behind the lock on public.later", (string)Assert.Single(ended["warnings"]!.AsArray())!["message"]!, StringComparison.Ordinal);
        visit.WentWell();
    }

    [Fact]
    public async Task A_table_that_failed_comes_first_and_says_why()
    {
        using var area = await ServedArea.Create(postgres, "CREATE TABLE bad(id int, n numeric(4,1)); INSERT INTO bad VALUES (1, 'NaN'); CREATE TABLE good(id int);");
        await using var server = await area.Serve();
        string run = await server.Migrate("""{"policy": "fail", "onError": "continue"}""");
        await server.Ended(run);
        await using var visit = await Visit.Begin(chromium, server, $"#/runs/{run.Split('/')[^1]}");
        await Expect(visit.State).ToHaveTextAsync("failed");
        await Expect(visit.Page.Locator("details.table").First).ToContainTextAsync("public.bad");
        await Expect(visit.Table("public.bad").Locator(".error")).ToContainTextAsync("NaN");
        await Expect(visit.Table("public.good")).ToContainTextAsync("published");
        await visit.Picture("run-failed");
        await visit.IsAccessible();
        visit.WentWell();
    }
}
