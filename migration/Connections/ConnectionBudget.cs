using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Connections;

/// <summary>
/// A bound on the connections that reads hold at a time, over any number of processes: as many places as there may be connections, each a small file of
/// the warehouse that is leased by a conditional write, renewed while it is used, and free again when its lease has run out (its process died).
/// </summary>
/// <param name="connections">How many there may be.</param>
/// <param name="lease">How long a place is kept without being renewed; a minute where not given.</param>
/// <remarks>Clocks of the processes may differ by a quarter of the lease. Who waits is not in a queue: nobody is promised to be the next.</remarks>
public sealed class ConnectionBudget(IFileIO io, string root, int connections, TimeProvider time, TimeSpan? lease = null)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _lease = lease ?? TimeSpan.FromMinutes(1);

    /// <summary>Waits for a place.</summary>
    public async Task<ConnectionPlace> Enter(CancellationToken cancellation)
    {
        for (TimeSpan wait = TimeSpan.FromMilliseconds(50); ; wait = wait * 2 < Longest ? wait * 2 : Longest)
        {
            // From a place of its own on, or all would ask for the first.
            int first = Random.Shared.Next(connections);
            for (int i = 0; i < connections; i++)
            {
                if (await TryTake((first + i) % connections, cancellation) is { } place)
                {
                    return place;
                }
            }

            await Task.Delay(wait * (0.5 + Random.Shared.NextDouble()), time, cancellation);
        }
    }

    internal string Location(int place) => $"{root.TrimEnd('/')}/_mammoth/connections/{place}.json";

    private async Task<ConnectionPlace?> TryTake(int number, CancellationToken cancellation)
    {
        string location = Location(number);
        FileContent? content = await io.Read(location, cancellation);
        if (content is not null && Until(content) + (_lease / 4) > time.GetUtcNow())
        {
            return null;
        }

        var holder = Guid.NewGuid();
        try
        {
            string etag = await Write(location, holder, time.GetUtcNow() + _lease, content is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(content.ETag), cancellation);
            return new ConnectionPlace(
                (until, last, c) => Write(location, holder, until, WriteCondition.IfUnchanged(last), c), etag, _lease, time);
        }
        catch (PreconditionFailedException)
        {
            // Somebody else was faster.
            return null;
        }
    }

    private static DateTimeOffset Until(FileContent content) => JsonSerializer.Deserialize<Lease>(content.Bytes.Span, RunFolder.Json)!.Until;

    private Task<string> Write(string location, Guid holder, DateTimeOffset until, WriteCondition condition, CancellationToken cancellation) =>
        io.Write(location, JsonSerializer.SerializeToUtf8Bytes(new Lease(holder, until), RunFolder.Json), condition, cancellation);

    /// <param name="Holder">Makes each holder's file another, so that no two have one ETag.</param>
    private sealed record Lease(Guid Holder, DateTimeOffset Until);
}
