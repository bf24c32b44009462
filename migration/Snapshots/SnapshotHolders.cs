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

    /// <summary>Does something with the first token under which a snapshot can still be taken up: the one that worked last, then those of whoever holds it by now.</summary>
    /// <param name="token">That of its first holder.</param>
    /// <exception cref="SnapshotGoneException">None of the run's holders has it.</exception>
    public static async Task<T> Take<T>(MigrationSite site, string run, string token, Func<string, Task<T>> use, CancellationToken cancellation)
    {
        string last = site.LiveTokens.Of(token);
        try
        {
            return await use(last);
        }
        catch (SnapshotGoneException gone)
        {
            // It may have been relieved, and those who came after it too: whoever holds the same snapshot will do. Those listed may all be relieved while they are
            // asked: then there are others by now.
            var tried = new HashSet<string>(StringComparer.Ordinal) { last };
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
                        T result = await use(other.Token);
                        site.LiveTokens.Remember(token, other.Token);
                        return result;
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

    /// <summary>How the locations of the holders' files begin: of an epoch's, or of all.</summary>
    internal static string Prefix(RunFolder folder, int? epoch) => folder.Fixed(epoch is { } one ? $"holders/{one}-" : "holders/");

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
}
