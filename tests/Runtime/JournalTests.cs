using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;
using Microsoft.Data.Sqlite;

namespace Mammoth.Tests.Runtime;

public sealed class JournalTests : IDisposable
{
    private readonly LocalJournal journal = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => journal.Dispose();

    [Fact]
    public async Task Names_the_process_that_holds_it()
    {
        await using var host = await journal.Open();
        var refused = await Assert.ThrowsAsync<JournalException>(() => journal.Open());
        Assert.Contains($"is in use by process {Environment.ProcessId} on {Environment.MachineName}", refused.Message, StringComparison.Ordinal);
        Assert.Contains(journal.Path, refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.WayOut);
    }

    [Fact]
    public async Task Is_free_again_once_closed()
    {
        await (await journal.Open()).DisposeAsync();
        await (await journal.Open()).DisposeAsync();
    }

    [Fact]
    public async Task Makes_the_folder_it_lies_in()
    {
        string path = Path.Combine(journal.Folder, "a", "b", "journal.db");
        await (await LocalHost.Open(path, new Registry(), cancellation: Cancellation)).DisposeAsync();
        Assert.True(File.Exists(path));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task Refuses_a_file_that_is_no_journal()
    {
        await File.WriteAllTextAsync(journal.Path, new string('x', 10_000), Cancellation);
        Assert.Contains("is not a journal", (await Assert.ThrowsAsync<JournalException>(() => journal.Open())).Message, StringComparison.Ordinal);
        Assert.Equal(10_000, new FileInfo(journal.Path).Length);
    }

    [Fact]
    public async Task Refuses_another_database()
    {
        Execute("CREATE TABLE precious(x)");
        Assert.Contains("but not a journal", (await Assert.ThrowsAsync<JournalException>(() => journal.Open())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_the_format_of_another_version()
    {
        await (await journal.Open()).DisposeAsync();
        Execute("PRAGMA user_version = 99");
        Assert.Contains("format 99", (await Assert.ThrowsAsync<JournalException>(() => journal.Open())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_it_is_damaged()
    {
        await using (var host = await journal.Open())
        {
            await host.Start<SumOfDoubles>("sum", 200, Cancellation);
            await host.WaitForEnd("sum", Cancellation);
        }

        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        byte[] bytes = await File.ReadAllBytesAsync(journal.Path, Cancellation);
        Assert.True(bytes.Length > 20_000);
        Random.Shared.NextBytes(bytes.AsSpan(4096));
        await File.WriteAllBytesAsync(journal.Path, bytes, Cancellation);
        Assert.Contains("is damaged", (await Assert.ThrowsAsync<JournalException>(() => journal.Open())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_ends_the_host_with_a_sentence_and_nothing_is_lost()
    {
        // SQLite reports a database at its page limit as it reports a full disk.
        void Shrink(Journal live) => live.Query("PRAGMA max_page_count = 1", r => r.GetInt64(0));
        await using (var host = await journal.Open(new LocalOptions { Flush = false, Committed = Shrink }))
        {
            var full = await Assert.ThrowsAsync<JournalException>(async () =>
            {
                await host.Start<SumOfDoubles>("sum", 500, Cancellation);
                await host.WaitForEnd("sum", Cancellation);
            });
            Assert.Contains("is full", full.Message, StringComparison.Ordinal);
            Assert.Contains(journal.Path, full.Message, StringComparison.Ordinal);
            Assert.Same(full, await Assert.ThrowsAsync<JournalException>(() => host.Status("sum", Cancellation)));
        }

        await using var again = await journal.Open();
        Assert.Equal(250_500, await again.WaitForCompletion<int>("sum", Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
    }

    [Fact]
    public async Task Forgets_the_turns_that_continued_as_new()
    {
        await using (var host = await journal.Open())
        {
            await host.Start<SumInTurns>("sum", new SumInTurns.State(300, 0), Cancellation);
            await host.WaitForEnd("sum", Cancellation);
        }

        using var closed = Journal.Open(journal.Path, flush: false);
        Assert.Equal([99], closed.Query("SELECT DISTINCT turn FROM deliveries WHERE id = 'sum'", r => r.GetInt32(0)));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = journal.Path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
