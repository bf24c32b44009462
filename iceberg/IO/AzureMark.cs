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
    private const int MostAttempts = 3;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(100);
    private readonly string _value = Guid.NewGuid().ToString("N");

    public Dictionary<string, string> Metadata => new() { [Name] = _value };

    /// <summary>Makes a conditional write, however its answers come. A refusal that contradicts what is there is not believed: the write is made again.</summary>
    /// <param name="ifMatch">The tag that the blob must have; null: it must not be there.</param>
    /// <returns>The blob's tag.</returns>
    /// <exception cref="PreconditionFailedException">The blob is not ours, and cannot have been.</exception>
    /// <exception cref="StorageException">It is not ours, but may have been before somebody else replaced it.</exception>
    public async Task<string> Make(Func<Task<ETag>> write, string? ifMatch, BlockBlobClient blob, string location, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var attempts = new AzureAttempts();
            try
            {
                using var counted = attempts.Count();
                return (await write().ConfigureAwait(false)).ToString();
            }
            catch (RequestFailedException e) when (Doubts(e))
            {
                if (await Recognize(blob, location, attempts, e, ifMatch, believe: attempt == MostAttempts, cancellation).ConfigureAwait(false) is { } tag)
                    return tag;
            }

            await Task.Delay(Breath * attempt, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Whether an error may mean that the blob is there already, by us or by somebody else.</summary>
    private static bool Doubts(RequestFailedException e) => (e.Status is 412 && AzureFailure.Code(e) != BlobErrorCode.LeaseIdMissing)
        || (e.Status is 409 && AzureFailure.Code(e) == BlobErrorCode.BlobAlreadyExists)
        // Somebody else's commit threw our blocks away, or our own did.
        || (e.Status is 400 && AzureFailure.Code(e) == BlobErrorCode.InvalidBlockList);

    /// <summary>The blob's tag where it is ours; null where the refusal can't be: what it asked for holds.</summary>
    private async Task<string?> Recognize(BlockBlobClient blob, string location, AzureAttempts attempts, RequestFailedException cause, string? ifMatch, bool believe, CancellationToken cancellation)
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
            throw new StorageException($"{location} was changed by somebody else, and a response of the storage account was lost before that: whether this write took place is not known. Run the same command again.", location, cause) { IsUnknown = true };
        if (found is null && AzureFailure.Code(cause) == BlobErrorCode.InvalidBlockList)
            throw new StorageException($"{location} could not be put together: the storage account no longer has its blocks. Run the same command again.", location, cause);
        return !believe && found?.ETag.ToString() == ifMatch ? null : throw new PreconditionFailedException(location, cause);
    }
}
