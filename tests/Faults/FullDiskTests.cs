using System.Text.RegularExpressions;
using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Faults;

/// <summary>A disk is full: the command says which, and the same command goes on once there is space.</summary>
[LongRunning]
public sealed partial class FullDiskTests(PostgresFixture postgres, Readers readers)
{
    private const int Failed = 2;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>One run, which meets the full disk at its first write, then at its second, and so on, and gets further and further: so each write meets it.</summary>
    [Fact]
    public async Task Full_at_any_write_to_the_warehouse_the_same_command_ends_with_every_row_once()
    {
        using var area = await Area();
        int write = 0;
        Ended ended;
        do
        {
            ended = await Run(area, $"file-write=full@{++write}");
            if (ended.ExitCode != 0)
                ended.SaysTo(Failed, "is full", "free some space", "run the same command again", area.Warehouse.Argument);
        }
        while (ended.ExitCode != 0);

        Assert.True(write > 20, $"It came through {write} writes.");
        await Judge(area, ended.Report);
    }

    [Fact]
    public async Task Full_at_any_commit_of_the_journal_the_same_command_ends_with_every_row_once()
    {
        using var area = await Area();
        (await Run(area, "marker-write=full")).SaysTo(Failed, "journal", "is full", "free some space", Path.Combine(area.Folder, "state"));
        int commit = 0;
        Ended ended;
        do
        {
            ended = await Run(area, $"journal-commit=full@{++commit}");
            if (ended.ExitCode != 0)
                ended.SaysTo(Failed, "journal", "is full", "free some space", "goes on where it was", Path.Combine(area.Folder, "state"));
        }
        while (ended.ExitCode != 0);

        Assert.True(commit > 8, $"It came through {commit} commits.");
        await Judge(area, ended.Report);
    }

    [Fact]
    public async Task A_warehouse_on_a_disk_that_is_full_goes_on_once_there_is_space()
    {
        using var disk = SmallDisk.Mount(4);
        using var area = await Area("CREATE TABLE public.large (id integer PRIMARY KEY, noise text); INSERT INTO public.large SELECT g, (SELECT string_agg(md5(g::text || i), '') FROM generate_series(1, 20) i) FROM generate_series(1, 30000) g");
        area.Warehouse = TestWarehouse.Local(disk.Path);
        var full = await area.Migrate();
        full.SaysTo(Failed, "is full", "free some space", "run the same command again", disk.Path);
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));

        disk.MakeWritable(64);
        var report = (await area.Migrate()).Expect(0).Report;
        Assert.Equal(InterruptedRun().Match(full.Errors).Groups["id"].Value, report.RunId);
        await Judge(area, report);
    }

    [Fact]
    public async Task A_journal_on_a_disk_that_fills_up_during_a_copy_goes_on_once_there_is_space()
    {
        using var disk = SmallDisk.Mount(4);
        using var area = await Area();
        string[] options = area.Filter("public.some", Gate.Filter("id = 50"));
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        await using (var process = Start(area, disk.Path, options))
        {
            await gate.Reached(process, Cancellation);
            disk.Fill();
            await gate.Open(Cancellation);
            (await process.End(Cancellation)).SaysTo(Failed, "journal", "is full", "free some space", "goes on where it was", disk.Path);
        }

        // Still full, it says so again, and does no harm.
        await using (var process = Start(area, disk.Path, options))
            (await process.End(Cancellation)).SaysTo(Failed, "is full", "free some space", disk.Path);
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));

        disk.Free();
        await using var again = Start(area, disk.Path, options);
        await Judge(area, (await again.End(Cancellation)).Expect(0).Report);
    }

    [Fact]
    public async Task A_journal_on_a_disk_that_is_full_from_the_beginning_is_told_before_anything_is_begun()
    {
        using var disk = SmallDisk.Mount(4);
        using var area = await Area();
        disk.Fill();
        await using (var process = Start(area, disk.Path, []))
            (await process.End(Cancellation)).SaysTo(Failed, "journal", "is full", "free some space", disk.Path);

        disk.Free();
        await using var again = Start(area, disk.Path, []);
        await Judge(area, (await again.End(Cancellation)).Expect(0).Report);
    }

    /// <summary>Nothing of a migration lies there.</summary>
    [Fact]
    public async Task A_full_temporary_folder_does_not_touch_a_migration()
    {
        using var disk = SmallDisk.Mount(1);
        using var area = await Area();
        disk.Fill();
        await using var process = MammothProcess.Start(Arguments(area), new Dictionary<string, string> { ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"), ["TMPDIR"] = disk.Path });
        await Judge(area, (await process.End(Cancellation)).Expect(0).Report);
        Assert.Equal([".filler"], Directory.EnumerateFiles(disk.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_demo_without_room_for_its_server_says_where_it_wanted_it()
    {
        using var disk = SmallDisk.Mount(12);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(disk.Path, (UnixFileMode)0x1FF);
        await using var process = MammothProcess.Start(["demo", "--warehouse", Path.Combine(disk.Path, "lake")], new Dictionary<string, string> { ["TMPDIR"] = disk.Path, ["MAMMOTH_SOURCE"] = "" });
        (await process.End(Cancellation)).SaysTo(Failed, $"The disk that holds {disk.Path}", "is full", "free some space", "TMPDIR");
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path));
    }

    private static string[] Arguments(MigrationArea area) =>
        ["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument, "--output", "json", "--slots", "2"];

    private static MammothProcess Start(MigrationArea area, string state, string[] more) =>
        MammothProcess.Start([.. Arguments(area), .. more], new Dictionary<string, string> { ["XDG_DATA_HOME"] = state, ["TMPDIR"] = area.Folder });

    private static async Task<Ended> Run(MigrationArea area, string failpoints)
    {
        await using var process = MammothProcess.Start(Arguments(area), new Dictionary<string, string>
        {
            ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"),
            ["TMPDIR"] = area.Folder,
            ["MAMMOTH_FAILPOINTS"] = failpoints,
        });
        return await process.End(Cancellation);
    }

    /// <summary>Every row is there once, as ClickHouse and DuckDB read it; each table has one snapshot.</summary>
    private static async Task Judge(MigrationArea area, RunReport report)
    {
        await area.JudgeAll(report);
        foreach (var table in report.Tables)
            Assert.Single((await area.Warehouse.Metadata(table.Location!, Cancellation)).Snapshots);
    }

    private async Task<MigrationArea> Area(string? more = null) => new(
        await SourceDatabase.Create(
            postgres,
            "full_disk",
            "CREATE TABLE public.some (id integer PRIMARY KEY, note text); INSERT INTO public.some SELECT g, 'note ' || g FROM generate_series(1, 100) g;"
            + "CREATE TABLE public.more (id integer PRIMARY KEY, note text); INSERT INTO public.more SELECT g, repeat('x', g) FROM generate_series(1, 200) g;" + more,
            Cancellation),
        readers);

    [GeneratedRegex("Run (?<id>[a-z0-9-]+)\\s+can't\\s+go\\s+on", RegexOptions.IgnoreCase)]
    private static partial Regex InterruptedRun();
}
