using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// A mark of one write's own on the blob it makes. When a condition fails because an earlier attempt of the same write
/// was served and its response lost, the mark tells that the blob is ours.
/// </summary>
internal sealed class AzureMark
{
    private const string Name = "mammoth_write";
    private readonly string _value = Guid.NewGuid().ToString("N");

    public Dictionary<string, string> Metadata => new() { [Name] = _value };

    /// <summary>Whether an error may mean that the blob is there already, by us or by somebody else.</summary>
    public static bool Doubts(RequestFailedException e) => (e.Status is 412 && AzureFailure.Code(e) != BlobErrorCode.LeaseIdMissing)
        || (e.Status is 409 && AzureFailure.Code(e) == BlobErrorCode.BlobAlreadyExists)
        // Somebody else's commit threw our blocks away, or our own did.
        || (e.Status is 400 && AzureFailure.Code(e) == BlobErrorCode.InvalidBlockList);

    /// <summary>The blob's tag where it is ours.</summary>
    /// <exception cref="PreconditionFailedException">It is not, and cannot have been.</exception>
    /// <exception cref="StorageException">It is not, but may have been before somebody else replaced it.</exception>
    public async Task<string> Recognize(BlockBlobClient blob, string location, AzureAttempts attempts, RequestFailedException cause, CancellationToken cancellation)
    {
        BlobProperties? found = null;
        try
        {
            found = await blob.GetPropertiesAsync(cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (RequestFailedException e) when (AzureFailure.IsNoFile(e))
        {
            // Gone: decided below.
        }
        if (found is not null && found.Metadata.TryGetValue(Name, out var value) && value == _value)
            return found.ETag.ToString();
        if (attempts.AnswerLost)
            throw new StorageException($"{location} was changed by somebody else, and a response of the storage account was lost before that: whether this write took place is not known. Run the same command again.", location, cause);
        if (found is null && AzureFailure.Code(cause) == BlobErrorCode.InvalidBlockList)
            throw new StorageException($"{location} could not be put together: the storage account no longer has its blocks. Run the same command again.", location, cause);
        throw new PreconditionFailedException(location, cause);
    }
}
