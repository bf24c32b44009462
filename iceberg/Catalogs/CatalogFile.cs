using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;

namespace Mammoth.Iceberg.Catalogs;

/// <summary>The catalog document as it was read, with the tag that its next version must find unchanged.</summary>
internal sealed record CatalogState(CatalogDocument Document, string ETag);

/// <summary>What came of a conditional write of the catalog document.</summary>
internal enum Decision
{
    Won,

    /// <summary>The document has the commit's id: by this write, whose answer was lost, or by that of another copy of the very commit.</summary>
    Found,
    Lost,
    Unknown,
}

/// <summary>Reads and moves the catalog document. Its conditional write is the one moment at which a commit happens.</summary>
internal sealed class CatalogFile(IFileIO io, string root)
{
    private const int AttemptsToFindOut = 6;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>The document as it was last read: parsing it costs as much as it has tables, and each table of a run asks for it.</summary>
    private CatalogState? _last;

    public string Location { get; } = $"{root}/{WarehouseFiles.Catalog}";

    /// <summary>The current document, or null where there is none.</summary>
    /// <exception cref="CatalogException">What is there is no catalog of ours.</exception>
    public async Task<CatalogState?> Read(CancellationToken cancellation)
    {
        var content = await io.Read(Location, cancellation);
        try
        {
            return content is null ? null
                : _last is { } last && last.ETag == content.ETag ? last
                : _last = new(CatalogDocument.Read(content.Bytes), content.ETag);
        }
        catch (FormatException e)
        {
            throw new CatalogException($"{Location} can't be read as Mammoth's catalog: {e.Message}", e);
        }
    }

    /// <summary>
    /// Moves the catalog from the state that was read to the next one, which carries <paramref name="commitId"/>. Where the answer is lost, the document
    /// is read again: our id in it means it was written; another tag without our id means it never will be; an unchanged tag, that the same write may be tried again.
    /// </summary>
    /// <returns>Also the document that has the commit, where it was found.</returns>
    public async Task<(Decision Decision, Exception? Cause, CatalogDocument? Found)> Move(CatalogState from, CatalogDocument next, string commitId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = next.Write();
        Exception? lost = null;
        for (var attempt = 0; attempt < AttemptsToFindOut; attempt++)
        {
            if (attempt > 0)
                await Task.Delay(FirstDelay * (1 << attempt), CancellationToken.None);
            try
            {
                // Not cancelled half-way: the outcome would be unknown for no reason.
                await Failpoints.CatalogWrite.Around(() => io.Write(Location, bytes, WriteCondition.IfUnchanged(from.ETag), CancellationToken.None));
                await Failpoints.CatalogWritten.Pass();
                return (Decision.Won, null, null);
            }
            catch (PreconditionFailedException)
            {
                // The condition also fails when an earlier attempt, ours or the client's own, did write and only its answer was lost.
            }
            catch (Exception e)
            {
                lost = e;
            }
            try
            {
                var now = await Read(CancellationToken.None);
                if (now is not null && now.Document.Has(commitId))
                    return (Decision.Found, null, now.Document);
                if (now?.ETag != from.ETag)
                    return (Decision.Lost, null, null);
            }
            catch (Exception e) when (e is not CatalogException)
            {
                lost ??= e;
            }
        }
        // A file system that refused (a full disk, no permission) has written nothing and will not later; over a network that is not so.
        return lost is StorageException && io is LocalFileIO ? throw lost : (Decision.Unknown, lost, null);
    }

    /// <summary>Makes the catalog of a new warehouse, unless somebody else just did.</summary>
    public async Task<CatalogState> Create(CancellationToken cancellation)
    {
        try
        {
            var document = CatalogDocument.Empty;
            return new(document, await io.Write(Location, document.Write(), WriteCondition.IfAbsent, cancellation));
        }
        catch (PreconditionFailedException)
        {
            return await Read(cancellation) ?? throw new CatalogException($"{Location} appeared and vanished. Is somebody deleting the warehouse?");
        }
    }
}
