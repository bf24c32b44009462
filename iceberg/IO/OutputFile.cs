namespace Mammoth.Iceberg.IO;

/// <summary>A file being written. Disposed before <see cref="Complete"/>, nothing of it remains.</summary>
public abstract class OutputFile : IAsyncDisposable
{
    /// <summary>The file's full URI.</summary>
    public abstract string Location { get; }

    /// <summary>Where to write; synchronous writes are fine, seeking is not.</summary>
    public abstract Stream Stream { get; }

    /// <summary>Makes the file exist, only if no other of that name does.</summary>
    /// <returns>Its length in bytes.</returns>
    /// <exception cref="PreconditionFailedException">A file of that name exists.</exception>
    public abstract Task<long> Complete(CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();
}
