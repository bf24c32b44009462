using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Snapshots;

/// <summary>
/// Who holds an epoch's snapshot now: a file for each in the run's folder, with a lease that its holder renews. A lease that has run out is no proof of an end (the
/// store may have been away), only the last place to ask: whether a snapshot is held, PostgreSQL decides.
/// </summary>
internal static class SnapshotHolders
{
    /// <param name="Token">By which sessions take the snapshot up from this holder.</param>
    /// <param name="Until">Until when it is known to hold it, by its clock, UTC.</param>
    internal sealed record Notice(int Epoch, int Seat, int Shift, string Worker, string Token, DateTimeOffset Until);

    /// <summary>All holders of an epoch that did not leave, the surest first.</summary>
    public static async Task<IReadOnlyList<Notice>> Of(RunFolder folder, IFileIO io, int epoch, CancellationToken cancellation) =>
        await Read(io, Prefix(folder, epoch), cancellation);

    /// <summary>Does something with the first token under which a snapshot can still be taken up.</summary>
    /// <param name="token">That of its first holder, which is tried first.</param>
    /// <exception cref="SnapshotGoneException">None of the run's holders has it.</exception>
    public static async Task<T> Take<T>(MigrationSite site, string run, string token, Func<string, Task<T>> use, CancellationToken cancellation)
    {
        try
        {
            return await use(token);
        }
        catch (SnapshotGoneException gone)
        {
            // It may have been relieved, and those who came after it too: whoever holds the same snapshot will do. Those listed may all be relieved while they are
            // asked: then there are others by now.
            var tried = new HashSet<string>(StringComparer.Ordinal) { token };
            for (bool isNew = true; isNew;)
            {
                isNew = false;
                foreach (Notice other in await Read(site.Io, Prefix(site.Folder(run), null), cancellation))
                {
                    if (!SnapshotHolder.HoldSame(other.Token, token) || !tried.Add(other.Token))
                    {
                        continue;
                    }

                    isNew = true;
                    try
                    {
                        return await use(other.Token);
                    }
                    catch (SnapshotGoneException)
                    {
                        // Nor this one.
                    }
                }
            }

            throw new SnapshotGoneException(gone.Token, gone);
        }
    }

    /// <summary>Makes a holder known.</summary>
    public static async Task<Announcement> Announce(
        RunFolder folder, IFileIO io, HolderShift shift, string worker, string token, CancellationToken cancellation, TimeProvider? time = null)
    {
        string location = $"{Prefix(folder, shift.Epoch)}{shift.Seat}-{shift.Number:00000}-{Guid.CreateVersion7():N}.json";
        var announcement = new Announcement(io, location, new Notice(shift.Epoch, shift.Seat, shift.Number, worker, token, DateTimeOffset.MinValue), time ?? TimeProvider.System);
        await announcement.Renew(cancellation);
        return announcement;
    }

    private static string Prefix(RunFolder folder, int? epoch) => folder.Fixed(epoch is { } one ? $"snapshots/held/{one}-" : "snapshots/held/");

    private static async Task<IReadOnlyList<Notice>> Read(IFileIO io, string prefix, CancellationToken cancellation)
    {
        var notices = new List<Notice>();
        await foreach (FileEntry file in io.List(prefix, cancellation))
        {
            // One that left in between is no holder.
            if (await io.Read(file.Location, cancellation) is { } content && JsonSerializer.Deserialize<Notice>(content.Bytes.Span, RunFolder.Json) is { } notice)
            {
                notices.Add(notice);
            }
        }

        return [.. notices.OrderByDescending(n => n.Until)];
    }

    /// <summary>A holder's file.</summary>
    internal sealed class Announcement(IFileIO io, string location, Notice notice, TimeProvider time)
    {
        private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
        private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
        private string? _etag;
        private DateTimeOffset _look;
        private DateTimeOffset _due;

        /// <summary>Renews the lease where a third of it is over.</summary>
        /// <returns>Whether it is time to look at the other holders, too: every second.</returns>
        public async Task<bool> Renew(CancellationToken cancellation)
        {
            DateTimeOffset now = time.GetUtcNow();
            bool look = now >= _look;
            _look = look ? now + Look : _look;
            if (now < _due)
            {
                return look;
            }

            byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(notice with { Until = now + Lease }, RunFolder.Json);
            try
            {
                _etag = await io.Write(location, bytes, _etag is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(_etag), cancellation);
                _due = now + (Lease / 3);
            }
            catch (PreconditionFailedException)
            {
                // Nobody else writes it: the answer to the last write was lost, or the file was cleared away. The next renewal goes by what is there.
                _etag = (await io.Read(location, cancellation))?.ETag;
            }

            return look;
        }

        /// <summary>Takes the file back. One that stays behind costs whoever tries it a question to the server.</summary>
        public async Task Leave()
        {
            try
            {
                await io.Delete(location, CancellationToken.None);
            }
            catch (Exception e) when (e is IOException or StorageException or Azure.RequestFailedException)
            {
                // It says until when it was sure.
            }
        }
    }
}
