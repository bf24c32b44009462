using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Runtime.Probes;
using Microsoft.Data.Sqlite;
using Double = Mammoth.Tests.Runtime.Probes.Double;

namespace Mammoth.Tests.Runtime;

/// <summary>The journal on disks that are full or can't be written, and beside other programs.</summary>
public sealed class JournalDiskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_that_is_full_is_told_and_the_work_goes_on_once_there_is_space()
    {
        using var disk = SmallDisk.Mount(1);
        string path = Path.Combine(disk.Path, "journal.db");
        await using (var host = await LocalHost.Open(path, Registrations.Registry(), new LocalOptions { Flush = false }, Cancellation))
        {
            var full = await Assert.ThrowsAsync<JournalException>(async () =>
            {
                await host.Start<SumOfDoubles>("sum", 20_000, Cancellation);
                await host.WaitForEnd("sum", Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
            });
            Assert.Contains(path, full.Message, StringComparison.Ordinal);
            Assert.Contains("full", full.Message, StringComparison.Ordinal);
        }

        disk.MakeWritable(64);
        await using var again = await LocalHost.Open(path, Registrations.Registry(), new LocalOptions { Flush = false }, Cancellation);
        Assert.Equal(400_020_000, await again.WaitForCompletion<long>("sum", Cancellation).WaitAsync(TimeSpan.FromSeconds(90), Cancellation));
    }

    [Fact]
    public async Task A_disk_that_was_full_from_the_beginning_is_told_at_once()
    {
        using var disk = SmallDisk.Mount(1);
        await File.WriteAllBytesAsync(Path.Combine(disk.Path, "filler"), new byte[(1 << 20) - 8192], Cancellation);
        string path = Path.Combine(disk.Path, "journal.db");

        var refused = await Assert.ThrowsAsync<JournalException>(() => LocalHost.Open(path, Registrations.Registry(), cancellation: Cancellation));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("is full.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("goes on where it was", refused.WayOut, StringComparison.Ordinal);
    }

    /// <summary>Nobody holds it: saying so would send its reader looking for a process.</summary>
    [Fact]
    public async Task A_read_only_disk_is_not_taken_for_another_process()
    {
        using var disk = SmallDisk.Mount(8);
        string path = Path.Combine(disk.Path, "journal.db");
        await (await LocalHost.Open(path, Registrations.Registry(), cancellation: Cancellation)).DisposeAsync();
        disk.MakeReadOnly();

        var refused = await Assert.ThrowsAsync<JournalException>(() => LocalHost.Open(path, Registrations.Registry(), cancellation: Cancellation));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("in use", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.WayOut);
    }

    /// <summary>Somebody looks into it with a SQLite browser and leaves a transaction open: it is waited for, then told.</summary>
    [Fact]
    public async Task A_browser_that_reads_the_journal_does_not_disturb_it()
    {
        using var journal = new LocalJournal();
        await using var host = await journal.Open();
        await host.Start<SumOfDoubles>("sum", 50, Cancellation);
        await using (SqliteConnection browser = new(new SqliteConnectionStringBuilder { DataSource = journal.Path, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString()))
        {
            await browser.OpenAsync(Cancellation);
            await using var begin = browser.CreateCommand();
            begin.CommandText = "BEGIN; SELECT count(*) FROM instances";
            Assert.Equal(1L, await begin.ExecuteScalarAsync(Cancellation));
            Assert.Equal(2550, await host.WaitForCompletion<int>("sum", Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        }
    }

    /// <summary>Thousands of turns, and the file stays as small as one of them.</summary>
    [Fact]
    public async Task A_long_history_in_turns_leaves_a_small_journal()
    {
        using var journal = new LocalJournal();
        await using (var host = await journal.Open(registry: Registrations.Registry().AddOrchestration<Steps>()))
        {
            await host.Start<Steps>("sum", 2_000, Cancellation);
            await host.WaitForEnd("sum", Cancellation).WaitAsync(TimeSpan.FromSeconds(90), Cancellation);
        }

        Assert.True(new FileInfo(journal.Path).Length < 512 << 10, $"{new FileInfo(journal.Path).Length} bytes");
    }

    public sealed class Steps : LoopingOrchestration<Steps, int, int>
    {
        public override async Task<Next<int, int>> Run(OrchestrationContext context, int input)
        {
            await Double.Call(context, input);
            await Double.Call(context, input);
            return input > 0 ? Again(input - 1) : 0;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Whatever_byte_is_damaged_nothing_but_a_sentence_comes_out(int seed)
    {
        var random = new Random(seed);
        using var journal = new LocalJournal();
        await using (var host = await journal.Open())
        {
            await host.Start<SumOfDoubles>("sum", 60, Cancellation);
            await host.Start<Decision>("decision", default(Nothing), Cancellation);
            await host.WaitForEnd("sum", Cancellation);
        }

        byte[] good = await File.ReadAllBytesAsync(journal.Path, Cancellation);
        for (int i = 0; i < 25; i++)
        {
            byte[] bad = [.. good];
            int length = random.Next(1, 64);
            random.NextBytes(bad.AsSpan(random.Next(bad.Length - length), length));
            if (random.Next(4) == 0)
                bad = bad[..random.Next(1, bad.Length)];
            await File.WriteAllBytesAsync(journal.Path, bad, Cancellation);
            File.Delete(journal.Path + "-wal");
            File.Delete(journal.Path + "-shm");
            try
            {
                await using var host = await journal.Open();
                await host.Status("decision", Cancellation);
            }
            catch (JournalException e)
            {
                // Refused with a sentence and a way out; what passes the check is as SQLite believes it to be.
                Assert.Contains(journal.Path, e.Message, StringComparison.Ordinal);
                Assert.NotNull(e.WayOut);
            }
        }
    }

    [Theory]
    [InlineData("UPDATE instances SET created = 9223372036854775807")]
    [InlineData("UPDATE instances SET updated = -1")]
    public async Task A_value_that_can_not_be_is_told_as_damage(string damage)
    {
        using var journal = new LocalJournal();
        await using (var host = await journal.Open())
        {
            await host.Start<Decision>("decision", default(Nothing), Cancellation);
        }

        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={journal.Path};Pooling=False"))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = new Microsoft.Data.Sqlite.SqliteCommand(damage, connection);
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancellation));
        }

        var e = await Assert.ThrowsAsync<JournalException>(async () =>
        {
            await using var host = await journal.Open();
        });
        Assert.Contains("is damaged", e.Message, StringComparison.Ordinal);
    }
}
