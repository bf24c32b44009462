using Mammoth.Iceberg.IO;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Snapshots;

/// <summary>The files by which holders of a snapshot are known.</summary>
public sealed class SnapshotHoldersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FaultyFileIO _io = new(new LocalFileIO());
    private readonly Clock _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RunFolder Run => new(_io, $"file://{_folder.Path}", "run");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Who_holds_it_surest_comes_first_and_who_left_is_not_there()
    {
        HolderAnnouncement early = await Announce(new(1, 1, 0), "early");
        _time.Now += TimeSpan.FromSeconds(5);
        HolderAnnouncement late = await Announce(new(1, 2, 0), "late");
        await Announce(new(2, 1, 0), "another epoch's");

        Assert.Equal(["late", "early"], await Tokens(1));
        _time.Now += TimeSpan.FromSeconds(30);
        await early.Renew(Cancellation);
        Assert.Equal(["early", "late"], await Tokens(1));
        await late.Leave();
        Assert.Equal(["early"], await Tokens(1));
        Assert.Equal(["another epoch's"], await Tokens(2));
    }

    [Fact]
    public async Task A_lease_is_renewed_when_a_third_of_it_is_over_and_not_before()
    {
        HolderAnnouncement holder = await Announce(new(1, 1, 0), "token");
        int written = _io.Written.Count;
        for (int second = 1; second < 20; second++)
        {
            _time.Now += TimeSpan.FromSeconds(1);
            await holder.Renew(Cancellation);
        }

        Assert.Equal(written, _io.Written.Count);
        _time.Now += TimeSpan.FromSeconds(1);
        await holder.Renew(Cancellation);
        Assert.Equal(written + 1, _io.Written.Count);
        Assert.Equal(_time.Now + TimeSpan.FromMinutes(1), (await SnapshotHolders.Of(Run, _io, 1, Cancellation)).Single().Until);
    }

    [Fact]
    public async Task A_renewal_whose_answer_is_lost_does_not_end_the_holder()
    {
        HolderAnnouncement holder = await Announce(new(1, 1, 0), "token");
        _time.Now += TimeSpan.FromSeconds(30);
        _io.AfterWrite = location => throw new StorageException("The answer was lost.", location) { MayPass = true };
        await Assert.ThrowsAsync<StorageException>(() => holder.Renew(Cancellation));
        _io.AfterWrite = _ => Task.CompletedTask;

        // What it believes to be there is not: it looks, and goes on from that.
        await holder.Renew(Cancellation);
        _time.Now += TimeSpan.FromSeconds(1);
        await holder.Renew(Cancellation);
        Assert.Equal(_time.Now + TimeSpan.FromMinutes(1), (await SnapshotHolders.Of(Run, _io, 1, Cancellation)).Single().Until);
    }

    [Fact]
    public async Task A_file_that_was_cleared_away_is_written_again()
    {
        HolderAnnouncement holder = await Announce(new(1, 1, 0), "token");
        await foreach (FileEntry file in _io.List(Run.Fixed("holders/"), Cancellation))
            await _io.Delete(file.Location, Cancellation);
        Assert.Empty(await Tokens(1));
        _time.Now += TimeSpan.FromSeconds(30);
        await holder.Renew(Cancellation);
        await holder.Renew(Cancellation);
        Assert.Equal(["token"], await Tokens(1));
    }

    [Fact]
    public async Task Who_left_leaves_no_file_not_even_a_lock()
    {
        HolderAnnouncement holder = await Announce(new(1, 1, 0), "token");
        _time.Now += TimeSpan.FromSeconds(30);
        await holder.Renew(Cancellation);
        Assert.NotEmpty(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
        await holder.Leave();
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Leaving_where_the_store_is_away_is_no_error()
    {
        HolderAnnouncement holder = await Announce(new(1, 1, 0), "token");
        _io.IsDead = true;
        await holder.Leave();
        _io.IsDead = false;
        Assert.Equal(["token"], await Tokens(1));
    }

    private Task<HolderAnnouncement> Announce(HolderShift shift, string token) => HolderAnnouncement.Make(Run, _io, shift, "worker", token, Cancellation, _time);

    private async Task<string[]> Tokens(int epoch) => [.. (await SnapshotHolders.Of(Run, _io, epoch, Cancellation)).Select(n => n.Token)];

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
