using System.Globalization;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using SourceDatabase = Mammoth.Tests.Postgres.SourceDatabase;

namespace Mammoth.Tests.LargeValues;

/// <summary>Memory does not grow with the value.</summary>
public sealed class LargeValueMemoryTests(PostgresFixture postgres, Readers readers, ITestOutputHelper log)
{
    private const long Most = 64 << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_value_of_300_MB_takes_hardly_more_memory_than_a_small_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells a process's peak.");
        long small = await PeakAsync("large_memory_small", 1);
        long large = await PeakAsync("large_memory", 30);
        log.WriteLine($"peak RSS {small / 1e6:0} MB with values of 10 MB, {large / 1e6:0} MB with one of 300 MB");
        Assert.InRange(large, 0, small + Most);
    }

    /// <summary>The peak of a migration of one value of so many times 10 MB, and some small rows.</summary>
    private async Task<long> PeakAsync(string purpose, int pieces)
    {
        await using SourceDatabase source = await SourceDatabase.CreateAsync(postgres, purpose);
        await source.ExecuteAsync(
            $"""
            CREATE TABLE t (id int PRIMARY KEY, content bytea);
            ALTER TABLE t ALTER content SET STORAGE EXTERNAL;
            CREATE TEMP TABLE piece AS SELECT string_agg(sha512(int8send(i)), ''::bytea) AS bytes FROM generate_series(1, 163840) i;
            INSERT INTO t SELECT i, substring(bytes, 1, 10000) FROM piece, generate_series(1, 1000) i;
            INSERT INTO t SELECT 5000, (SELECT string_agg(bytes, ''::bytea) FROM piece, generate_series(1, {pieces}));
            """);
        using var area = new MigrationArea(new Mammoth.Tests.EndToEnd.Running.SourceDatabase(source.ConnectionString), readers);
        await using MammothProcess process = area.Start("--large-values", "5MB");
        Task<Ended> ended = process.End(Cancellation);
        long peak = 0;
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, Peak(process.Id));
            await Task.WhenAny(ended, Task.Delay(10, Cancellation));
        }

        Assert.All((await ended).Expect(0).Report.Tables, t => Assert.True(t.Verification!.Holds));
        Assert.Equal(pieces * 163840L * 64, new FileInfo(Assert.Single(Directory.GetFiles(Path.Combine(area.Folder, "warehouse", "public", "t", "data", "_large"), "*.bin"))).Length);
        return peak;
    }

    private static long Peak(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
