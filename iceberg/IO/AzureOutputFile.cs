using Azure.Storage.Blobs.Specialized;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// A new blob: its blocks are sent while it is written, and one request, on condition that there is no such blob, makes it exist.
/// Blocks of a file that is given up are no file; Azure throws them away after a week.
/// </summary>
internal sealed class AzureOutputFile(AzureStore store, BlockBlobClient blob, string location) : OutputFile
{
    private readonly AzureOutputStream _stream = new(new AzureBlocks(store, blob, location));

    public override string Location => location;

    public override Stream Stream => _stream;

    public override Task<long> Complete(CancellationToken cancellation) => _stream.Complete(cancellation);

    public override ValueTask DisposeAsync() => _stream.DisposeAsync();
}
