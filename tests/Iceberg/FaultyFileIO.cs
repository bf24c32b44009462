using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Iceberg;

/// <summary>A store that fails, or lets somebody else act, exactly where a test says.</summary>
internal sealed class FaultyFileIO(IFileIO inner) : IFileIO
{
    /// <summary>Runs before a write reaches the store; throwing, the request is lost.</summary>
    public Func<string, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after a write took place; throwing, its answer is lost.</summary>
    public Func<string, Task> AfterWrite { get; set; } = _ => Task.CompletedTask;

    public Func<string, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>The locations of all writes that took place.</summary>
    public List<string> Written { get; } = [];

    public async Task<FileContent?> Read(string location, CancellationToken cancellation)
    {
        await BeforeRead(location);
        return await inner.Read(location, cancellation);
    }

    public Task<Stream> OpenRead(string location, CancellationToken cancellation) => inner.OpenRead(location, cancellation);

    public async Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation)
    {
        await BeforeWrite(location);
        var tag = await inner.Write(location, content, condition, cancellation);
        lock (Written)
            Written.Add(location);
        await AfterWrite(location);
        return tag;
    }

    public OutputFile Create(string location) => inner.Create(location);

    public IAsyncEnumerable<FileEntry> List(string prefix, CancellationToken cancellation) => inner.List(prefix, cancellation);

    public Task Delete(string location, CancellationToken cancellation) => inner.Delete(location, cancellation);
}
