using System.Text.Json;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Snapshots;

/// <summary>The file by which a holder is known, while it holds; nobody else ever writes it.</summary>
internal sealed class HolderAnnouncement
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly IFileIO _io;
    private readonly string _location;
    private readonly SnapshotHolders.Notice _notice;
    private readonly TimeProvider _time;
    private string? _etag;
    private DateTimeOffset _due;

    private HolderAnnouncement(IFileIO io, string location, SnapshotHolders.Notice notice, TimeProvider time) =>
        (_io, _location, _notice, _time) = (io, location, notice, time);

    /// <summary>Makes a holder known.</summary>
    public static async Task<HolderAnnouncement> Make(
        RunFolder folder, IFileIO io, HolderShift shift, string worker, string token, CancellationToken cancellation, TimeProvider? time = null)
    {
        string location = $"{SnapshotHolders.Prefix(folder, shift.Epoch)}{shift.Seat}-{shift.Number:00000}-{Guid.CreateVersion7():N}.json";
        var notice = new SnapshotHolders.Notice(shift.Epoch, shift.Seat, shift.Number, worker, token, DateTimeOffset.MinValue);
        var announcement = new HolderAnnouncement(io, location, notice, time ?? TimeProvider.System);
        await announcement.Renew(cancellation);
        await Failpoints.HolderAnnounced.Pass();
        return announcement;
    }

    /// <summary>Renews the lease where a third of it is over.</summary>
    public async Task Renew(CancellationToken cancellation)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (now < _due)
        {
            return;
        }

        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(_notice with { Until = now + Lease }, RunFolder.Json);
        try
        {
            _etag = await _io.Write(_location, bytes, _etag is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(_etag), cancellation);
            _due = now + (Lease / 3);
        }
        catch (PreconditionFailedException)
        {
            // Nobody else writes it: the answer to the last write was lost, or the file was cleared away. The next renewal goes by what is there.
            _etag = (await _io.Read(_location, cancellation))?.ETag;
        }
    }

    /// <summary>Takes the file back. One that stays behind costs whoever tries it a question to the server.</summary>
    public async Task Leave()
    {
        try
        {
            await Failpoints.HolderLeaves.Pass();
            await _io.Retire(_location, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or StorageException or Azure.RequestFailedException)
        {
            // It says until when it was sure.
        }
    }
}
