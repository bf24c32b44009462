using System.Net.Sockets;
using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Runtime;

/// <summary>Storage whose connection breaks now and then, before or after it did what it was asked: steps fail and are tried again.</summary>
internal sealed class ShakyFileIO(IFileIO inner, int seed, double chance) : IFileIO
{
    private readonly Random random = new(seed);

    /// <summary>How often it broke.</summary>
    internal int Broken { get; private set; }

    public async Task<FileContent?> Read(string location, CancellationToken cancellation)
    {
        Shake();
        return await inner.Read(location, cancellation);
    }

    public async Task<Stream> OpenRead(string location, CancellationToken cancellation)
    {
        Shake();
        return await inner.OpenRead(location, cancellation);
    }

    public async Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation)
    {
        Shake();
        string written = await inner.Write(location, content, condition, cancellation);
        Shake();
        return written;
    }

    public OutputFile Create(string location)
    {
        Shake();
        return inner.Create(location);
    }

    public IAsyncEnumerable<FileEntry> List(string prefix, CancellationToken cancellation) => inner.List(prefix, cancellation);

    public Task Delete(string location, CancellationToken cancellation) => inner.Delete(location, cancellation);

    private void Shake()
    {
        lock (random)
        {
            if (random.NextDouble() >= chance)
                return;
            Broken++;
        }

        throw new IOException("The connection broke.", new SocketException((int)SocketError.ConnectionReset));
    }
}
