using System.Runtime.CompilerServices;
using Mammoth.Iceberg.IO;

namespace Mammoth.Benchmarks.Micro;

/// <summary>Files in memory, or, where they are not kept, nowhere at all: no disk has a part in what is measured.</summary>
internal sealed class MemoryFileIO(bool keep) : IFileIO
{
    private readonly Dictionary<string, byte[]> files = [];

    private bool Keeps => keep;

    public Task<FileContent?> Read(string location, CancellationToken cancellation) =>
        Task.FromResult(files.TryGetValue(location, out byte[]? bytes) ? new FileContent(bytes, "") : null);

    public Task<Stream> OpenRead(string location, CancellationToken cancellation) => Task.FromResult<Stream>(new MemoryStream(files[location], writable: false));

    public Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation)
    {
        if (keep)
            files[location] = content.ToArray();

        return Task.FromResult("");
    }

    public OutputFile Create(string location) => new Output(this, location);

    public async IAsyncEnumerable<FileEntry> List(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach ((string location, byte[] bytes) in files.Where(f => f.Key.StartsWith(prefix, StringComparison.Ordinal)))
            yield return new(location, bytes.Length, DateTimeOffset.UnixEpoch);
    }

    public Task Delete(string location, CancellationToken cancellation)
    {
        files.Remove(location);
        return Task.CompletedTask;
    }

    private sealed class Output(MemoryFileIO io, string location) : OutputFile
    {
        private readonly CountingStream counting = new(io.Keeps ? new MemoryStream() : Stream.Null);

        public override string Location => location;

        public override Stream Stream => counting;

        public override Task<long> Complete(CancellationToken cancellation)
        {
            if (counting.Inner is MemoryStream memory)
                io.files[location] = memory.ToArray();

            return Task.FromResult(counting.Length);
        }

        public override async ValueTask DisposeAsync() => await counting.DisposeAsync();
    }
}
