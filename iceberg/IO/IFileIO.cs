namespace Mammoth.Iceberg.IO;

/// <summary>
/// Files of one store, named by full URI (<c>file:///…</c>, <c>abfss://container@account.dfs.core.windows.net/…</c>).
/// Every write is conditional or to a new name: nothing is overwritten by accident, and nothing is visible half-written.
/// </summary>
public interface IFileIO
{
    /// <summary>The whole file and its version tag, or null where there is none.</summary>
    Task<FileContent?> Read(string location, CancellationToken cancellation);

    /// <summary>A seekable stream over a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    Task<Stream> OpenRead(string location, CancellationToken cancellation);

    /// <summary>Writes a small file whole.</summary>
    /// <returns>The new version tag.</returns>
    /// <exception cref="PreconditionFailedException">The condition did not hold; nothing was written.</exception>
    /// <exception cref="StorageException">The store failed; whether the write took place may not be known.</exception>
    Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation);

    /// <summary>Starts a new file of any size. It exists once <see cref="OutputFile.Complete"/> returned, whole or not at all.</summary>
    OutputFile Create(string location);

    /// <summary>The files whose location starts with <paramref name="prefix"/> (a folder ends with a slash), in order of location.</summary>
    IAsyncEnumerable<FileEntry> List(string prefix, CancellationToken cancellation);

    /// <summary>
    /// What writers left below a folder of files that never came to be, as far as the store keeps such things for good: those that are written now, and those of
    /// processes that were killed. (Azure forgets blocks that were never committed after a week.)
    /// </summary>
    IAsyncEnumerable<FileEntry> ListUnfinished(string prefix, CancellationToken cancellation) => AsyncEnumerable.Empty<FileEntry>();

    /// <summary>Deletes a file; one that is not there is no error.</summary>
    Task Delete(string location, CancellationToken cancellation);

    /// <summary>
    /// Deletes a file whose name nobody will ever write again, with what the store keeps beside it so that its writers exclude each other.
    /// </summary>
    Task Retire(string location, CancellationToken cancellation) => Delete(location, cancellation);

    /// <summary>Deletes a folder and those in it, as far as no file is left in them. Where folders are only parts of names there is nothing to do.</summary>
    void DropEmptyFolders(string location)
    {
    }
}

/// <summary>A file's bytes and the tag of the version that was read.</summary>
public sealed record FileContent(ReadOnlyMemory<byte> Bytes, string ETag);

/// <summary>A file in a listing; <paramref name="Length"/> in bytes.</summary>
public sealed record FileEntry(string Location, long Length, DateTimeOffset Modified);

/// <summary>Under which condition a write takes place.</summary>
/// <param name="IfMatch">The version tag that must still be current; null: the file must not exist yet.</param>
public readonly record struct WriteCondition(string? IfMatch)
{
    /// <summary>Only where there is no such file (<c>If-None-Match: *</c>).</summary>
    public static WriteCondition IfAbsent => new(null);

    /// <summary>Only where the file is still the version that was read (<c>If-Match</c>).</summary>
    public static WriteCondition IfUnchanged(string etag) => new(etag);
}

/// <summary>A conditional write found another state than it asked for; nothing was written.</summary>
public sealed class PreconditionFailedException(string location, Exception? inner = null)
    : IOException($"{location} was changed or created by somebody else.", inner)
{
    public string Location { get; } = location;
}
