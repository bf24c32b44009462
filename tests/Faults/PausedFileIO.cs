using System.Runtime.CompilerServices;
using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Faults;

/// <summary>A store for which whoever works on it stops before one of the things asked of it, until it is let on: as a process that is swapped out, and taken for dead.</summary>
internal sealed class PausedFileIO(IFileIO inner) : IFileIO
{
    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _let = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = int.MaxValue;

    /// <summary>Once it has stopped.</summary>
    public Task Paused => _paused.Task;

    /// <summary>Only what changes something counts as a step; what was read before that is old news when it goes on.</summary>
    public bool OnlyWrites { get; init; }

    /// <summary>Stops it at the step of this number, from 1, counted from now on.</summary>
    public void StopAt(int step) => _left = step;

    public void GoOn() => _let.TrySetResult();

    public async Task<FileContent?> Read(string location, CancellationToken cancellation)
    {
        await Step();
        return await inner.Read(location, cancellation);
    }

    public async Task<Stream> OpenRead(string location, CancellationToken cancellation)
    {
        await Step();
        return await inner.OpenRead(location, cancellation);
    }

    public async Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation)
    {
        await Step(isWrite: true);
        return await inner.Write(location, content, condition, cancellation);
    }

    public OutputFile Create(string location) => new PausedOutputFile(this, inner.Create(location));

    public async IAsyncEnumerable<FileEntry> List(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Step();
        await foreach (var file in inner.List(prefix, cancellation))
            yield return file;
    }

    public async Task Delete(string location, CancellationToken cancellation)
    {
        await Step(isWrite: true);
        await inner.Delete(location, cancellation);
    }

    public async Task Retire(string location, CancellationToken cancellation)
    {
        await Step(isWrite: true);
        await inner.Retire(location, cancellation);
    }

    public void DropEmptyFolders(string location) => inner.DropEmptyFolders(location);

    private Task Step(bool isWrite = false)
    {
        // All of it stops, whatever it does side by side.
        if (OnlyWrites && !isWrite ? Volatile.Read(ref _left) > 0 : Interlocked.Decrement(ref _left) > 0)
            return Task.CompletedTask;
        _paused.TrySetResult();
        return _let.Task;
    }

    private sealed class PausedOutputFile(PausedFileIO io, OutputFile inner) : OutputFile
    {
        public override string Location => inner.Location;

        public override Stream Stream => inner.Stream;

        public override async Task<long> Complete(CancellationToken cancellation)
        {
            await io.Step(isWrite: true);
            return await inner.Complete(cancellation);
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
