using Mammoth.Iceberg.IO;

namespace Mammoth.Fuzz.Targets;

/// <summary>A store with one file.</summary>
internal sealed class OneFile(string location, byte[] bytes) : IFileIO
{
    public Task<FileContent?> Read(string asked, CancellationToken cancellation) => Task.FromResult(asked == location ? new FileContent(bytes, "") : null);

    public Task<Stream> OpenRead(string asked, CancellationToken cancellation) => Task.FromResult<Stream>(new MemoryStream(bytes, writable: false));

    public Task<string> Write(string asked, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation) => throw new NotSupportedException();

    public OutputFile Create(string asked) => throw new NotSupportedException();

    public IAsyncEnumerable<FileEntry> List(string prefix, CancellationToken cancellation) => throw new NotSupportedException();

    public Task Delete(string asked, CancellationToken cancellation) => throw new NotSupportedException();
}
