using System.Globalization;
using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.EndToEnd;

/// <summary>The process gets SIGKILL, and the same command is run again.</summary>
public sealed class KilledMigrationTests(PostgresFixture postgres, SampleSource sample, Readers readers, ITestOutputHelper log) : IClassFixture<SampleSource>
{
    /// <summary>The sample's tables with rows to speak of.</summary>
    private static readonly string[] Shop = ["--include", "shop.*"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_while_the_source_is_written_each_table_is_what_its_epoch_saw()
    {
        using var area = new MigrationArea(await Growing(), readers);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writing = Write(area.Source, enough.Token);
        var options = area.Filter("public.gated", Gate.Filter("id = 5000"));
        string[] command = [.. options, "--slots", "1"];
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        await using (var first = area.Start(command))
        {
            await gate.Reached(first, Cancellation);
            await first.Kill();
            Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
            await gate.Open(Cancellation);
        }

        var report = (await area.Migrate(command)).Expect(0).Report;
        await enough.CancelAsync();
        Assert.True(await writing > 10);

        // Read under two snapshots: what was done before the kill is kept, and the report does not claim one moment for all.
        Assert.True(report.Snapshots.Count >= 2);
        Assert.Contains(report.Tables, t => t.Epoch == 1);
        Assert.Contains(report.Tables, t => t.Epoch > 1);
        Assert.Equal(Consistency.Table, report.Consistency);
        await JudgeAtEpochs(area, report);
    }

    [Fact]
    public async Task Killed_before_any_table_was_done_all_are_of_one_later_moment()
    {
        using var area = new MigrationArea(await Growing(), readers);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writing = Write(area.Source, enough.Token);
        // Every table halts at its first rows.
        string[] command = [.. area.Filter("*", Gate.Filter("id = 1")), "--slots", "2"];
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        await using (var first = area.Start(command))
        {
            await gate.Reached(first, Cancellation);
            await first.Kill();
            await gate.Open(Cancellation);
        }

        var report = (await area.Migrate(command)).Expect(0).Report;
        await enough.CancelAsync();
        await writing;
        Assert.Equal(Consistency.Database, report.Consistency);
        Assert.Equal(2, Assert.Single(report.Tables.Select(t => t.Epoch).Distinct()));
        await JudgeAtEpochs(area, report);
    }

    [Fact]
    public async Task Killed_at_ten_random_moments_it_ends_with_the_rows_of_an_undisturbed_run()
    {
        const int seed = 20261123;
        var random = new Random(seed);
        var source = await sample.Clone(Cancellation);
        using var quiet = new MigrationArea(source, readers);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var undisturbed = (await quiet.Migrate(Shop)).Expect(0).Report;
        var whole = clock.Elapsed;

        using var area = new MigrationArea(source, readers);
        var kills = 0;
        var names = 0;
        while (kills < 10)
        {
            await using var process = area.Start(Shop);
            var moment = whole * (0.1 + 0.8 * random.NextDouble());
            if (await process.EndsWithin(moment, Cancellation))
            {
                // It was done before all kills were: what it did is judged, and the others hit a run of a warehouse of its own.
                await IsAsUndisturbed(await process.End(Cancellation));
                area.Warehouse = TestWarehouse.Local(area.Folder, $"warehouse-{++names}");
            }
            else
            {
                await process.Kill();
                log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Kill {++kills} after {moment.TotalSeconds:0.00} s of {whole.TotalSeconds:0.00} s"));
            }
        }

        var report = await IsAsUndisturbed(await area.Migrate(Shop));
        foreach (var table in report.Tables)
            Assert.Equal(table.Rows, await area.Judge(report, table.Source));

        async Task<RunReport> IsAsUndisturbed(Ended ended)
        {
            var disturbed = ended.Expect(0).Report;
            Assert.Equal(
                undisturbed.Tables.OrderBy(t => t.Source, StringComparer.Ordinal).Select(t => (t.Source, t.Rows, t.Verification!.TableDigest)),
                disturbed.Tables.OrderBy(t => t.Source, StringComparer.Ordinal).Select(t => (t.Source, t.Rows, t.Verification!.TableDigest)));
            foreach (var table in disturbed.Tables)
                Assert.Single((await area.Warehouse.Metadata(table.Location!, Cancellation)).Snapshots);
            return disturbed;
        }
    }

    private static async Task JudgeAtEpochs(MigrationArea area, RunReport report)
    {
        foreach (var table in report.Tables)
        {
            var seen = report.Snapshots.Single(s => s.Epoch == table.Epoch).Visible;
            var rows = await area.Judge(report, table.Source, t => t with { Where = $"pg_visible_in_snapshot(xmin::text::xid8, '{seen}')" });
            Assert.Equal(table.Rows, rows);
            var now = (await area.Source.Query<long>($"SELECT count(*) FROM {table.Source}", Cancellation)).Single();
            Assert.True(now > rows, $"Nothing was written to {table.Source} after its snapshot: the test shows nothing.");
        }
    }

    /// <summary>Three tables that only ever grow, so that <c>xmin</c> tells what a snapshot saw.</summary>
    private async Task<SourceDatabase> Growing() => await SourceDatabase.Create(
        postgres,
        "growing",
        """
        CREATE TABLE public.early (id integer, value text);
        CREATE TABLE public.gated (id integer, value text, early integer);
        CREATE TABLE public.late (id integer, value text);
        ALTER TABLE public.early ADD PRIMARY KEY (id);
        ALTER TABLE public.gated ADD PRIMARY KEY (id), ADD FOREIGN KEY (early) REFERENCES public.early;
        ALTER TABLE public.late ADD PRIMARY KEY (id), ADD FOREIGN KEY (id) REFERENCES public.gated;
        INSERT INTO public.early SELECT g, 'early ' || g FROM generate_series(1, 10000) g;
        INSERT INTO public.gated SELECT g, 'gated ' || g, g FROM generate_series(1, 10000) g;
        INSERT INTO public.late SELECT g, 'late ' || g FROM generate_series(1, 10000) g;
        ANALYZE
        """,
        Cancellation);

    /// <summary>Commits a row to each table, over and over; says how many times.</summary>
    private static async Task<int> Write(SourceDatabase source, CancellationToken enough)
    {
        await using var connection = await source.Open(CancellationToken.None);
        var id = 10_000;
        while (!enough.IsCancellationRequested)
        {
            id++;
            await using var command = new NpgsqlCommand($"BEGIN; INSERT INTO public.early VALUES ({id}, 'e'); INSERT INTO public.gated VALUES ({id}, 'g', {id}); INSERT INTO public.late VALUES ({id}, 'l'); COMMIT", connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            await Task.Delay(10, CancellationToken.None);
        }
        return id - 10_000;
    }
}
