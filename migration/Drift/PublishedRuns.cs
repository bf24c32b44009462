using System.Runtime.CompilerServices;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Publishing;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Drift;

/// <summary>
/// The migrations that published, the latest first. A table that is gone stays in the warehouse for good, and its own metadata does not tell whether a run has
/// met its absence since: that, and what a run could not copy, only reports tell. They are read as far as somebody asks, which with runs that choose all tables is the last one.
/// </summary>
internal sealed class PublishedRuns(IAsyncEnumerable<PublishedRun> latestFirst) : IAsyncDisposable
{
    /// <summary>Reports that are read at most: of a table that so many runs did not choose it is told that it is gone, rather than that nobody looked.</summary>
    private const int Most = 100;

    /// <summary>Entries that are read at a time: between two migrations there may be many drift checks and verifications.</summary>
    private const int AtATime = 16;

    private readonly List<PublishedRun> _read = [];
    private readonly IAsyncEnumerator<PublishedRun> _runs = latestFirst.GetAsyncEnumerator();
    private bool _isAtEnd;

    /// <summary>Those of a warehouse that read this database.</summary>
    public static PublishedRuns Of(MigrationSite site, SourceOrigin origin, CancellationToken cancellation) => new(Read(site, origin, cancellation));

    /// <summary>The last run that would have copied a table of this name; null where none is known.</summary>
    public async Task<PublishedRun?> LastThatChose(QualifiedName table)
    {
        for (int i = 0; await IsThere(i); i++)
        {
            if (_read[i].Chose(table))
            {
                return _read[i];
            }
        }

        return null;
    }

    /// <summary>Whether a run has published since that a table of the warehouse was not among what it could copy: then it is no news.</summary>
    public async Task<bool> HaveMissed(HeldTable table) =>
        await LastThatChose(table.Source) is { } run && run.Finished >= table.Written && !run.Tables.Contains(table.Place);

    /// <summary>Whether the last run that chose a table found it in another place than one of the warehouse has it, and published it there since that was written.</summary>
    public async Task<bool> HaveMoved(HeldTable from, QualifiedName table, TableIdentifier to) =>
        await LastThatChose(table) is { } run && run.Finished >= from.Written && run.Tables.Contains(to) && !run.Tables.Contains(from.Place);

    public ValueTask DisposeAsync() => _runs.DisposeAsync();

    private async Task<bool> IsThere(int place)
    {
        while (!_isAtEnd && _read.Count <= place)
        {
            if (_read.Count < Most && await _runs.MoveNextAsync())
            {
                _read.Add(_runs.Current);
            }
            else
            {
                _isAtEnd = true;
            }
        }

        return place < _read.Count;
    }

    private static async IAsyncEnumerable<PublishedRun> Read(MigrationSite site, SourceOrigin origin, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (string[] ids in (await LatestFirst(site, cancellation)).Chunk(AtATime))
        {
            foreach (RunEntry? entry in await Entries(site, ids, cancellation))
            {
                if (entry is not { Kind: RunKind.Migration } || await RunReports.Find(site, entry.Run, cancellation) is not { } location)
                {
                    continue;
                }

                RunReport report = await site.Folder(entry.Run).Read<RunReport>(location, cancellation);
                if (report.Consistency is not null && IsOf(report, origin))
                {
                    yield return PublishedRun.Of(entry.Options, report);
                }
            }
        }
    }

    private static Task<RunEntry?[]> Entries(MigrationSite site, IEnumerable<string> ids, CancellationToken cancellation) => Task.WhenAll(ids.Select(id => RunIndex.Find(site, id, cancellation)));

    private static bool IsOf(RunReport report, SourceOrigin origin) =>
        report.SourceIdentity is { } identity ? new SourceOrigin(identity, report.Database).IsSameAs(origin) : report.Database == origin.Database;

    /// <summary>An id that somebody chose does not tell its time: its entry does.</summary>
    private static async Task<IReadOnlyList<string>> LatestFirst(MigrationSite site, CancellationToken cancellation)
    {
        IReadOnlyList<string> all = await RunIndex.Ids(site, cancellation);
        List<(string Id, DateTimeOffset Time)> times = [.. from id in all let time = RunRecord.TimeOf(id) where time is not null select (id, time.Value)];
        foreach (string[] ids in all.Where(id => RunRecord.TimeOf(id) is null).Chunk(AtATime))
        {
            times.AddRange((await Entries(site, ids, cancellation)).OfType<RunEntry>().Select(e => (e.Run, e.Requested)));
        }

        return [.. times.OrderByDescending(t => t.Time).ThenByDescending(t => t.Id, StringComparer.Ordinal).Select(t => t.Id)];
    }
}
