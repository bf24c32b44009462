using System.Text.Json;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Runs;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Cleaning;

/// <summary>What crashes leave behind is found and nothing else is.</summary>
public sealed class CleanTests(SampleSource sample, AzuriteFixture azurite, Readers readers) : IClassFixture<SampleSource>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_what_nothing_refers_to_is_found_and_without_it_all_verifies(bool azure)
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers, azure ? await azurite.CreateContainer(Cancellation) : null);
        (await area.MigrateHere("--include", "shop.*")).Expect(0);
        var table = (await area.Warehouse.VisibleTables(Cancellation))[0].Replace("/metadata/version-hint.text", "", StringComparison.Ordinal);
        await area.Source.Run("UPDATE shop.customers SET email = email || 'x'", Cancellation);
        // Two snapshots of one table, and with them an earlier version of its metadata.
        var report = (await area.MigrateHere("--include", "shop.*")).Expect(0).Report;
        Assert.Empty((await Find(area)).Files);
        string[] planted =
        [
            $"{area.Warehouse.Root}{table}/data/20200101T000000-abcdef-00000-0123456789abcdef0123456789abcdef-000.parquet",
            $"{area.Warehouse.Root}{table}/metadata/snap-1-1-foreign.avro",
            $"{area.Warehouse.Root}/gone/nowhere/data/20200101T000000-abcdef-00000-0123456789abcdef0123456789abcdef-000.parquet",
            $"{area.Warehouse.Root}/_mammoth/metadata/{Guid.NewGuid()}/00001-{Guid.NewGuid()}.metadata.json",
        ];
        if (!azure)
        {
            // Of a process that was killed in the middle of a file.
            string[] halves = [Path.Combine("_mammoth", $".mammoth-{Guid.NewGuid():N}.tmp"), Path.Combine(table[1..], "data", $".mammoth-{Guid.NewGuid():N}.tmp")];
            foreach (var half in halves)
                await WriteHalf(area, half, DateTime.UtcNow.AddHours(-2));
            await WriteHalf(area, $".mammoth-{Guid.NewGuid():N}.tmp", DateTime.UtcNow.AddMinutes(-50));
            planted = [.. planted, .. halves.Select(half => $"{area.Warehouse.Root}/{half}")];
        }
        string[] innocent =
        [
            $"{area.Warehouse.Root}/notes.txt",
            $"{area.Warehouse.Root}/somebody/else/data/part-0.parquet",
        ];
        foreach (var file in planted.Where(f => !f.EndsWith(".tmp", StringComparison.Ordinal)).Concat(innocent))
            await area.Warehouse.Io.Write(file, "x"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);

        Assert.Equal(planted.Order(StringComparer.Ordinal), (await Find(area)).Files.Select(f => f.Location).Order(StringComparer.Ordinal));
        Assert.Equal(planted.Length + (azure ? 0 : 1), (await Clean(area, "--older-than", "1d")).GetProperty("young").GetInt32());
        Assert.NotNull(await area.Warehouse.Io.Read(planted[0], Cancellation));
        await Orphans.Delete(area.Warehouse.Io, (await Find(area)).Files.Select(f => f.Location), Cancellation);

        Assert.Empty((await Find(area)).Files);
        foreach (var file in innocent)
            Assert.NotNull(await area.Warehouse.Io.Read(file, Cancellation));
        var verified = await CommandLine.RunAsync("verify", "--warehouse", area.Warehouse.Argument);
        Assert.True(verified.ExitCode == 0, verified.Out + verified.Error);
        foreach (var at in report.Tables)
            Assert.Equal(at.Rows > 0, (await area.Warehouse.Written(at.Location!, null, Cancellation)).Files.Count > 0);
        Assert.Equal(2, (await area.Warehouse.Metadata(report.Tables.Single(t => t.Source == "shop.customers").Location!, Cancellation)).Snapshots.Count);
    }

    [Fact]
    public async Task The_files_of_a_run_that_was_killed_are_kept_until_it_has_ended()
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers);
        (await area.MigrateHere("--include", "shop.customers")).Expect(0);
        string[] options = ["--include", "shop.*", "--slots", "1"];
        var killed = MammothProcess.Start(["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument, "--output", "json", .. options], new Dictionary<string, string>
        {
            ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"),
            ["MAMMOTH_FAILPOINTS"] = "table-proven=crash@4",
        });
        await using (killed)
            (await killed.End(Cancellation)).Expect(137);

        await WriteHalf(area, ".mammoth-0123456789abcdef0123456789abcdef.tmp", DateTime.UtcNow.AddHours(-2));
        var during = await Find(area);
        Assert.Empty(during.Files);
        var held = Assert.Single(during.Kept);
        Assert.True(held.Files > 3);
        Assert.Equal((held.Files, held.Bytes), (await Find(area)).Kept.Select(k => (k.Files, k.Bytes)).Single());
        await Orphans.Delete(area.Warehouse.Io, during.Files.Select(f => f.Location), Cancellation);

        (await area.Migrate(options)).Expect(0);
        Assert.Empty((await Find(area)).Kept);
        Assert.EndsWith(".tmp", Assert.Single((await Find(area)).Files).Location, StringComparison.Ordinal);
        (await CommandLine.RunAsync("verify", "--warehouse", area.Warehouse.Argument)).EndedWell();
    }

    [Fact]
    public async Task A_run_that_is_given_up_is_gone_on_with_by_nobody_and_its_files_are_found()
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers);
        var state = new Dictionary<string, string> { ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state") };
        string[] Migrate(string run) => ["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument, "--output", "json", "--include", "shop.*", "--slots", "1", "--run-id", run];
        string[] giveUp = ["clean", "--warehouse", area.Warehouse.Argument, "--give-up", "first"];
        await using (var running = MammothProcess.Start(Migrate("first"), new Dictionary<string, string>(state) { ["MAMMOTH_FAILPOINTS"] = "table-proven=delay:600000@4" }))
        {
            while (area.Warehouse.Io is var io && !await io.List($"{area.Warehouse.Root}/_mammoth/runs/first/tables/", Cancellation).AnyAsync(Cancellation))
                await Task.Delay(100, Cancellation);
            await Says(giveUp, state, "is in use by");

            // On another machine, which only has the claim to go by.
            await Says(giveUp, new() { ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "elsewhere") }, "Run first has been under way");
        }

        Assert.NotEmpty((await Find(area)).Kept);
        await using (var given = MammothProcess.Start(giveUp, state))
            (await given.End(Cancellation)).Expect(0);
        var found = await Find(area);
        Assert.Empty(found.Kept);
        Assert.NotEmpty(found.Files);
        await Says(giveUp, state, "Run first has ended");
        await Says(["clean", "--warehouse", area.Warehouse.Argument, "--give-up", "none"], state, "There is no run none");
        await Says(Migrate("first"), state, "Run first has ended");

        await Orphans.Delete(area.Warehouse.Io, found.Files.Select(f => f.Location), Cancellation);
        await using (var next = MammothProcess.Start(Migrate("second"), state))
            (await next.End(Cancellation)).Expect(0);
        (await CommandLine.RunAsync("verify", "--warehouse", area.Warehouse.Argument)).EndedWell();
    }

    [Fact]
    public async Task A_run_given_up_elsewhere_is_refused_where_its_journal_is()
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers);
        string[] options = ["--include", "shop.customers"];
        await using (var killed = MammothProcess.Start(["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument, "--output", "json", "--run-id", "first", .. options], new Dictionary<string, string>
        {
            ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"),
            ["MAMMOTH_FAILPOINTS"] = "table-proven=crash",
        }))
            (await killed.End(Cancellation)).Expect(137);
        await EndedRun.GiveUp(area.Warehouse.Io, area.Warehouse.Root, "first", isLeft: true, TimeProvider.System, Cancellation);

        var refused = await area.Migrate(options);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("Run first was given up", refused.Errors, StringComparison.Ordinal);
        (await area.Migrate([.. options, "--run-id", "second"])).Expect(0);
    }

    [Fact]
    public async Task Cleaning_over_and_over_does_not_disturb_a_run_at_work()
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers);
        (await area.MigrateHere("--include", "shop.customers")).Expect(0);
        await using var process = area.Start("--include", "shop.*");
        var cleaned = 0;
        while (!process.HasExited)
        {
            await Orphans.Delete(area.Warehouse.Io, (await Find(area)).Files.Select(f => f.Location), Cancellation);
            cleaned++;
        }

        (await process.End(Cancellation)).Expect(0);
        Assert.True(cleaned > 1);
        (await CommandLine.RunAsync("verify", "--warehouse", area.Warehouse.Argument)).EndedWell();
    }

    private static async Task Says(string[] arguments, Dictionary<string, string> variables, string error)
    {
        await using var process = MammothProcess.Start(arguments, variables);
        var ended = await process.End(Cancellation);
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains(error, ended.Errors, StringComparison.Ordinal);
    }

    /// <summary>Whatever its age.</summary>
    private static async Task<OrphanList> Find(MigrationArea area) => await Orphans.Find(
        area.Warehouse.Io, await StorageCatalog.Open(area.Warehouse.Io, area.Warehouse.Root, readOnly: true, Cancellation), DateTimeOffset.MaxValue, Cancellation);

    private static async Task WriteHalf(MigrationArea area, string path, DateTime at)
    {
        var file = Path.Combine(LocalPath.Of(area.Warehouse.Root), path);
        await File.WriteAllTextAsync(file, "x", Cancellation);
        File.SetLastWriteTimeUtc(file, at);
    }

    private static async Task<JsonElement> Clean(MigrationArea area, params string[] more)
    {
        var ended = await CommandLine.RunAsync(["clean", "--warehouse", area.Warehouse.Argument, "--output", "json", .. more]);
        Assert.True(ended.ExitCode == 0, ended.Error);
        return JsonDocument.Parse(ended.Out).RootElement;
    }
}
