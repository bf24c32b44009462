using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.LargeValues;

/// <summary>
/// 512 MB of memory: a container's, where this user may make one (a cgroup), and the runtime's own limit. What is copied is copied, what is not says so; the process is never
/// killed for it.
/// </summary>
[LongRunning]
public sealed class MemoryLimitTests(LargeRows rows, Readers readers) : IClassFixture<LargeRows>
{
    private const long Limit = 512L << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The values are in the rows, and in each slot's memory.</summary>
    [Theory]
    [InlineData(true, "0", null)]
    [InlineData(false, "0", null)]
    [InlineData(true, "0", "4")]
    [InlineData(false, "0", "4")]
    [InlineData(true, "10MB", "4")]
    [InlineData(false, "10MB", null)]
    public async Task Values_of_20_MB_are_copied_within_512_MB(bool container, string largeValues, string? slots)
    {
        using var area = new MigrationArea(await rows.Values(Cancellation), readers);
        var ended = await Run(area, container, [.. slots is null ? (string[])[] : ["--slots", slots], "--large-values", largeValues]);

        var report = ended.Expect(0).Report;
        Assert.Equal([("public.blobs", 6L, true), ("public.texts", 6L, true)], report.Tables.Select(t => (t.Source, t.Rows, t.Verification!.Holds)).Order());
        if (slots is not null)
            Assert.Contains("--slots 4 is more than this process's memory holds", string.Join(' ', ended.Errors.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_that_memory_does_not_hold_is_refused_in_a_sentence_and_the_way_out_is_one(bool container)
    {
        using var area = new MigrationArea(await rows.Wide(Cancellation), readers);
        var refused = await Run(area, container, ["--large-values", "0", "--on-error", "continue"]);

        refused.SaysTo(2, "out-of-memory", "A row of", "of memory while it is copied", "--large-values", "--slots", "more memory");
        Assert.Equal([Outcome.Published, Outcome.Failed], refused.Report.Tables.OrderBy(t => t.Source, StringComparer.Ordinal).Select(t => t.Outcome));
        Assert.Equal(3, (await Run(area, container, [])).Expect(0).Report.Tables.Single(t => t.Source == "public.wide").Rows);
    }

    private static async Task<Ended> Run(MigrationArea area, bool container, string[] options)
    {
        using var group = container ? MemoryGroup.Make(Limit) : null;
        Assert.SkipWhen(container && group is null, "This user can make no cgroup with a limit of memory.");
        var environment = new Dictionary<string, string> { ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"), ["TMPDIR"] = area.Folder };
        if (!container)
            environment["DOTNET_GCHeapHardLimit"] = $"0x{Limit:x}";
        await using var process = MammothProcess.Start(
            ["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument, "--output", "json", .. options], environment, group?.Within ?? []);
        return await process.End(Cancellation);
    }
}

/// <summary>Databases of large values, made once: nobody writes to them.</summary>
public sealed class LargeRows(PostgresFixture postgres)
{
    private SourceDatabase? values;
    private SourceDatabase? wide;

    /// <summary>A value of 20 MB in each row.</summary>
    internal async Task<SourceDatabase> Values(CancellationToken cancellation) => values ??= await Make(
        """
        CREATE TABLE blobs (id int PRIMARY KEY, content bytea);
        CREATE TABLE texts (id int PRIMARY KEY, story text);
        ALTER TABLE blobs ALTER content SET STORAGE EXTERNAL;
        ALTER TABLE texts ALTER story SET STORAGE EXTERNAL;
        INSERT INTO blobs SELECT i, int8send(i) || bytes FROM piece, generate_series(1, 6) i;
        INSERT INTO texts SELECT i, i || encode(substring(bytes, 1, 10485760), 'hex') FROM piece, generate_series(1, 6) i;
        """,
        cancellation);

    /// <summary>Four of them in each row, and a small table.</summary>
    internal async Task<SourceDatabase> Wide(CancellationToken cancellation) => wide ??= await Make(
        """
        CREATE TABLE wide (id int PRIMARY KEY, a bytea, b bytea, c bytea, d bytea);
        CREATE TABLE small (id int PRIMARY KEY);
        ALTER TABLE wide ALTER a SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL, ALTER c SET STORAGE EXTERNAL, ALTER d SET STORAGE EXTERNAL;
        INSERT INTO wide SELECT i, bytes, bytes, bytes, bytes FROM piece, generate_series(1, 3) i;
        INSERT INTO small VALUES (1);
        """,
        cancellation);

    private Task<SourceDatabase> Make(string sql, CancellationToken cancellation) => SourceDatabase.Create(
        postgres, "memory_limit", $"CREATE TEMP TABLE piece AS SELECT string_agg(sha512(int8send(i)), ''::bytea) AS bytes FROM generate_series(1, 327680) i; {sql}", cancellation);
}
