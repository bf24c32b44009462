using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Fixtures;

/// <summary>Reads locations of one prefix at another place: a table that was copied without its paths being rewritten.</summary>
internal sealed class MappedFileIO(IFileIO inner, string from, string to) : IFileIO
{
    public Task<FileContent?> Read(string location, CancellationToken cancellation) => inner.Read(Map(location), cancellation);
    public Task<Stream> OpenRead(string location, CancellationToken cancellation) => inner.OpenRead(Map(location), cancellation);
    public Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation) =>
        inner.Write(Map(location), content, condition, cancellation);
    public OutputFile Create(string location) => inner.Create(Map(location));
    public IAsyncEnumerable<FileEntry> List(string prefix, CancellationToken cancellation) => inner.List(Map(prefix), cancellation);
    public Task Delete(string location, CancellationToken cancellation) => inner.Delete(Map(location), cancellation);

    private string Map(string location) => location.StartsWith(from, StringComparison.Ordinal) ? to + location[from.Length..] : location;
}
