using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Mammoth.Iceberg.Faults;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// Files of this machine. A version tag is the content's SHA-256; a write that must find a version unchanged compares and renames under an
/// exclusive lock; a new file gets its name by a hard link, which never replaces. Everything is flushed to disk before it is visible.
/// </summary>
public sealed class LocalFileIO : IFileIO
{
    private const string TemporaryPrefix = ".mammoth-";
    private const string TemporarySuffix = ".tmp";

    public async Task<FileContent?> Read(string location, CancellationToken cancellation)
    {
        var path = LocalPath.Of(location);
        try
        {
            var bytes = await File.ReadAllBytesAsync(path, cancellation);
            return new(bytes, Tag(bytes));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageException($"{path} can't be read: this user lacks the permission.", location, e);
        }
    }

    public Task<Stream> OpenRead(string location, CancellationToken cancellation)
    {
        var path = LocalPath.Of(location);
        try
        {
            return Task.FromResult<Stream>(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.None));
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException($"There is no file {path}.", path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageException($"{path} can't be read: this user lacks the permission.", location, e);
        }
    }

    public async Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation)
    {
        var path = LocalPath.Of(location);
        try
        {
            LocalPath.MakeFolderOf(path);
            var temporary = TemporaryBeside(path);
            try
            {
                await WriteDurably(temporary, content, cancellation);
                if (condition.IfMatch is { } tag)
                    await ReplaceIfUnchanged(temporary, path, tag, location, cancellation);
                else
                    await GiveName(temporary, path, location, cancellation);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (LocalFailure.Explains(e))
        {
            throw LocalFailure.Explain(e, path);
        }
        return Tag(content.Span);
    }

    public OutputFile Create(string location) => new LocalOutputFile(location);

    public IAsyncEnumerable<FileEntry> List(string prefix, CancellationToken cancellation) => List(prefix, name => !IsOwnScaffold(name), cancellation);

    public IAsyncEnumerable<FileEntry> ListUnfinished(string prefix, CancellationToken cancellation) => List(prefix, IsTemporary, cancellation);

    private static async IAsyncEnumerable<FileEntry> List(string prefix, Func<string, bool> isListed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var start = LocalPath.Of(prefix);
        var folder = start.EndsWith('/') || start.EndsWith(Path.DirectorySeparatorChar) ? start : Path.GetDirectoryName(start)!;
        foreach (var file in Walk(new DirectoryInfo(folder), isListed))
        {
            cancellation.ThrowIfCancellationRequested();
            if (file.FullName.StartsWith(start, StringComparison.Ordinal) && Entry(file) is { } entry)
                yield return entry;
        }
    }

    /// <summary>Null where it is gone by now.</summary>
    private static FileEntry? Entry(FileInfo file)
    {
        try
        {
            return new(LocalPath.ToLocation(file.FullName), file.Length, new DateTimeOffset(file.LastWriteTimeUtc));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public Task Delete(string location, CancellationToken cancellation)
    {
        var path = LocalPath.Of(location);
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Not there: what was asked for holds.
        }
        catch (Exception e) when (LocalFailure.Explains(e))
        {
            throw LocalFailure.Explain(e, path);
        }
        return Task.CompletedTask;
    }

    public async Task Retire(string location, CancellationToken cancellation)
    {
        await Delete(location, cancellation);
        LocalLock.Delete(LocalPath.Of(location));
    }

    public void DropEmptyFolders(string location) => DropEmpty(new DirectoryInfo(LocalPath.Of(location)));

    /// <summary>Whether conditional writes in this folder really exclude each other; the folder must be writable.</summary>
    internal static Task<bool> CanLock(string location, CancellationToken cancellation) => LocalLock.Works(LocalPath.Of(location), cancellation);

    internal static string TemporaryBeside(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $"{TemporaryPrefix}{Guid.NewGuid():N}{TemporarySuffix}");

    /// <summary>Gives a finished temporary file its name if no file has it, and makes the name durable; the temporary name is gone afterwards.</summary>
    internal static async Task GiveName(string temporary, string path, string location, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
        {
            MoveUnlessTaken(temporary, path, location);
            return;
        }
        if (!Posix.TryLinkAs(temporary, path, location))
        {
            // No hard links here (FAT, some network file systems): the runtime looks before it renames, and the lock makes that one step for all of us.
            using var held = await LocalLock.Take(path, cancellation);
            MoveUnlessTaken(temporary, path, location);
        }
        File.Delete(temporary);
        Posix.SyncFolder(Path.GetDirectoryName(path)!);
    }

    private static async Task ReplaceIfUnchanged(string temporary, string path, string tag, string location, CancellationToken cancellation)
    {
        using var held = await LocalLock.Take(path, cancellation);
        if (!File.Exists(path) || Tag(await File.ReadAllBytesAsync(path, cancellation)) != tag)
            throw new PreconditionFailedException(location);
        File.Move(temporary, path, overwrite: true);
        if (!OperatingSystem.IsWindows())
            Posix.SyncFolder(Path.GetDirectoryName(path)!);
    }

    private static void MoveUnlessTaken(string temporary, string path, string location)
    {
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new PreconditionFailedException(location, e);
        }
    }

    private static async Task WriteDurably(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await Failpoints.FileWrite.Pass();
        await file.WriteAsync(content, cancellation);
        file.Flush(flushToDisk: true);
    }

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder, Func<string, bool> isListed)
    {
        if (!folder.Exists)
            yield break;
        // The order of whole locations: a folder sorts by its name and the slash that follows.
        var entries = folder.EnumerateFileSystemInfos()
            .Select(entry => (Key: entry is DirectoryInfo ? entry.Name + "/" : entry.Name, Entry: entry))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ToList();
        foreach (var (_, entry) in entries)
        {
            if (entry is FileInfo file && isListed(file.Name))
                yield return file;
            else if (entry is DirectoryInfo { LinkTarget: null } child)
                foreach (var nested in Walk(child, isListed))
                    yield return nested;
        }
    }

    private static void DropEmpty(DirectoryInfo folder)
    {
        try
        {
            foreach (var child in folder.EnumerateDirectories())
                DropEmpty(child);
            // Not recursive: a file that somebody just put there keeps it.
            folder.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It holds something, or was never there.
        }
    }

    private static bool IsOwnScaffold(string name) => LocalLock.IsLockFile(name) || IsTemporary(name);

    private static bool IsTemporary(string name) => name.StartsWith(TemporaryPrefix, StringComparison.Ordinal) && name.EndsWith(TemporarySuffix, StringComparison.Ordinal);

    private static string Tag(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
