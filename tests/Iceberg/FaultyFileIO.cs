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

    /// <summary>Once true, the process is dead: whatever it still asks for does not happen.</summary>
    public bool IsDead { get; set; }

    /// <summary>The locations of all writes that took place.</summary>
    public List<string> Written { get; } = [];

    /// <summary>The prefixes of all listings.</summary>
    public List<string> Listed { get; } = [];

    public async Task<FileContent?> Read(string location, CancellationToken cancellation)
    {
        Live();
        await BeforeRead(location);
        return await inner.Read(location, cancellation);
    }

    public Task<Stream> OpenRead(string location, CancellationToken cancellation)
    {
        Live();
        return inner.OpenRead(location, cancellation);
    }

    public async Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation)
    {
        string tag = "";
        await Around(location, async () => tag = await inner.Write(location, content, condition, cancellation));
        return tag;
    }

    public OutputFile Create(string location)
    {
        Live();
        return new FaultyOutputFile(this, inner.Create(location));
    }

    public IAsyncEnumerable<FileEntry> List(string prefix, CancellationToken cancellation)
    {
        lock (Listed)
            Listed.Add(prefix);
        return inner.List(prefix, cancellation);
    }

    public Task Delete(string location, CancellationToken cancellation)
    {
        Live();
        return inner.Delete(location, cancellation);
    }

    public Task Retire(string location, CancellationToken cancellation)
    {
        Live();
        return inner.Retire(location, cancellation);
    }

    public void DropEmptyFolders(string location) => inner.DropEmptyFolders(location);

    private async Task Around(string location, Func<Task> write)
    {
        Live();
        await BeforeWrite(location);
        Live();
        await write();
        lock (Written)
            Written.Add(location);
        await AfterWrite(location);
        Live();
    }

    private void Live()
    {
        if (IsDead)
            throw new IOException("The process was killed.");
    }

    private sealed class FaultyOutputFile(FaultyFileIO io, OutputFile inner) : OutputFile
    {
        public override string Location => inner.Location;

        public override Stream Stream => inner.Stream;

        public override async Task<long> Complete(CancellationToken cancellation)
        {
            var length = 0L;
            await io.Around(Location, async () => length = await inner.Complete(cancellation));
            return length;
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
