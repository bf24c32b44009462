using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Mammoth.Iceberg.Faults;

namespace Mammoth.Iceberg.IO;

/// <summary>The blocks of one new blob, a few in flight at a time, and the request that makes them a blob.</summary>
internal sealed class AzureBlocks : IAsyncDisposable
{
    /// <summary>Bytes of a block; 50,000 of them, 400 GB, is what a blob may have.</summary>
    public const int Size = 8 << 20;

    private const int InFlight = 3;

    private readonly AzureStore _store;
    private readonly BlockBlobClient _blob;
    private readonly string _location;
    private readonly AzureMark _mark = new();
    private readonly SemaphoreSlim _turns = new(InFlight, InFlight);
    private readonly CancellationTokenSource _given = new();
    private readonly List<string> _ids = [];
    private readonly List<Task> _sending = [];
    private readonly byte[] _id = new byte[18];
    private ExceptionDispatchInfo? _failure;

    public AzureBlocks(AzureStore store, BlockBlobClient blob, string location)
    {
        (_store, _blob, _location) = (store, blob, location);
        // Another writer of the same name has other blocks, of names of the same length.
        RandomNumberGenerator.Fill(_id.AsSpan(0, 14));
    }

    public bool None => _ids.Count == 0;

    /// <summary>Waits until one more block may be in flight, or throws what happened to an earlier one.</summary>
    public void WaitForTurn()
    {
        _turns.Wait();
        Proceed();
    }

    public async Task WaitForTurnAsync(CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation).ConfigureAwait(false);
        Proceed();
    }

    /// <summary>Starts sending a block after its turn came; the buffer goes back to the pool.</summary>
    public void Send(byte[] buffer, int count)
    {
        BinaryPrimitives.WriteInt32BigEndian(_id.AsSpan(14), _ids.Count);
        var id = Convert.ToBase64String(_id);
        _ids.Add(id);
        _sending.RemoveAll(t => t.IsCompleted);
        _sending.Add(SendBlock(id, buffer, count));
    }

    /// <summary>Makes the blob of the blocks that were sent.</summary>
    public async Task Commit(CancellationToken cancellation)
    {
        await Task.WhenAll(_sending).WaitAsync(cancellation).ConfigureAwait(false);
        _failure?.Throw();
        await Conditionally(() => _blob.CommitBlockListAsync(_ids, new CommitBlockListOptions { Metadata = _mark.Metadata, Conditions = IfAbsent }, cancellation), cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes a small blob with one request.</summary>
    public Task CommitWhole(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var options = new BlobUploadOptions { Metadata = _mark.Metadata, Conditions = IfAbsent, TransferOptions = new() { InitialTransferSize = 2 * Size } };
        return Conditionally(Upload, cancellation);

        async Task<Response<BlobContentInfo>> Upload()
        {
            await Failpoints.FileWrite.Pass();
            return await _blob.UploadAsync(BinaryData.FromBytes(content).ToStream(), options, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up what is still in flight.</summary>
    public async ValueTask DisposeAsync()
    {
        await _given.CancelAsync().ConfigureAwait(false);
        // Their buffers are in use until they end; they throw nothing.
        await Task.WhenAll(_sending).ConfigureAwait(false);
        _given.Dispose();
        _turns.Dispose();
    }

    private static BlobRequestConditions IfAbsent => new() { IfNoneMatch = ETag.All };

    private void Proceed()
    {
        if (_failure is null)
            return;
        _turns.Release();
        _failure.Throw();
    }

    private async Task SendBlock(string id, byte[] buffer, int count)
    {
        try
        {
            await Failpoints.FileWrite.Pass();
            await _blob.StageBlockAsync(id, new MemoryStream(buffer, 0, count, writable: false), cancellationToken: _given.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Thrown where the writer next waits or commits.
            _failure ??= ExceptionDispatchInfo.Capture(AzureFailure.Explains(e, _given.Token) ? AzureFailure.Explain(e, _store, _location) : e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _turns.Release();
        }
    }

    private async Task Conditionally(Func<Task<Response<BlobContentInfo>>> commit, CancellationToken cancellation)
    {
        try
        {
            await _mark.Make(async () => (await commit().ConfigureAwait(false)).Value.ETag, ifMatch: null, _blob, _location, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (AzureFailure.Explains(e, cancellation))
        {
            throw AzureFailure.Explain(e, _store, _location);
        }
    }
}
