using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using Mammoth.Iceberg.Faults;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// Files of one Azure storage account, as block blobs; version tags are ETags. Conditions are the service's own; a write that was served
/// although its answer was lost is recognised by a mark on the blob.
/// </summary>
internal sealed class AzureBlobFileIO(AzureStore store) : IFileIO
{
    /// <summary>Larger than any file that is written whole: these go in one request.</summary>
    private const int OneRequest = 256 << 20;

    public async Task<FileContent?> Read(string location, CancellationToken cancellation)
    {
        var blob = store.Blob(location);
        try
        {
            var read = (await blob.DownloadContentAsync(cancellation).ConfigureAwait(false)).Value;
            var bytes = read.Content.ToMemory();
            // What stands between may pass on less than the store sent.
            return bytes.Length == read.Details.ContentLength ? new(bytes, read.Details.ETag.ToString())
                : throw new StorageException($"{location} ended before its {read.Details.ContentLength:N0} bytes were read. Read it again.", location) { MayPass = true };
        }
        catch (RequestFailedException e) when (AzureFailure.IsNoFile(e))
        {
            return null;
        }
        catch (Exception e) when (AzureFailure.Explains(e, cancellation))
        {
            throw AzureFailure.Explain(e, store, location);
        }
    }

    public async Task<Stream> OpenRead(string location, CancellationToken cancellation)
    {
        var blob = store.Blob(location);
        try
        {
            var found = (await blob.GetPropertiesAsync(cancellationToken: cancellation).ConfigureAwait(false)).Value;
            return new AzureReadStream(store, blob, location, found.ContentLength, found.ETag);
        }
        catch (RequestFailedException e) when (AzureFailure.IsNoFile(e))
        {
            throw new FileNotFoundException($"There is no file {location}.", location, e);
        }
        catch (Exception e) when (AzureFailure.Explains(e, cancellation))
        {
            throw AzureFailure.Explain(e, store, location);
        }
    }

    public async Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation)
    {
        var blob = store.Blob(location);
        var mark = new AzureMark();
        var options = new BlobUploadOptions
        {
            Metadata = mark.Metadata,
            Conditions = condition.IfMatch is { } tag ? new() { IfMatch = new ETag(tag) } : new() { IfNoneMatch = ETag.All },
            TransferOptions = new() { InitialTransferSize = OneRequest, MaximumTransferSize = OneRequest },
        };
        try
        {
            await Failpoints.FileWrite.Pass();
            return await mark.Make(
                async () => (await blob.UploadAsync(BinaryData.FromBytes(content).ToStream(), options, cancellation).ConfigureAwait(false)).Value.ETag,
                condition.IfMatch, blob, location, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (AzureFailure.Explains(e, cancellation))
        {
            throw AzureFailure.Explain(e, store, location);
        }
    }

    public OutputFile Create(string location) => new AzureOutputFile(store, store.Blob(location), location);

    public async IAsyncEnumerable<FileEntry> List(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (container, start) = store.Folder(prefix);
        // Metadata tells the folders of an account with a hierarchical namespace, which are blobs too.
        var options = new GetBlobsOptions { Prefix = start, Traits = BlobTraits.Metadata };
        await using var blobs = container.GetBlobsAsync(options, cancellation).GetAsyncEnumerator(cancellation);
        while (await Next())
        {
            var blob = blobs.Current;
            if (!IsFolder(blob))
                yield return new(store.Location(container.Name, blob.Name), blob.Properties.ContentLength ?? 0, blob.Properties.LastModified ?? default);
        }

        async ValueTask<bool> Next()
        {
            try
            {
                return await blobs.MoveNextAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (AzureFailure.Explains(e, cancellation))
            {
                throw AzureFailure.Explain(e, store, prefix);
            }
        }
    }

    public async Task Delete(string location, CancellationToken cancellation)
    {
        var blob = store.Blob(location);
        try
        {
            await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (AzureFailure.Explains(e, cancellation))
        {
            throw AzureFailure.Explain(e, store, location);
        }
    }

    private static bool IsFolder(BlobItem blob) => blob.Metadata is { } metadata && metadata.TryGetValue("hdi_isfolder", out var folder) && folder == "true";
}
