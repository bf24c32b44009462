using Mammoth.Iceberg.IO;

namespace Mammoth.Migration.Connections;

/// <summary>A place of a <see cref="ConnectionBudget"/>, renewed until it is disposed, which frees it.</summary>
public sealed class ConnectionPlace : IAsyncDisposable
{
    private readonly Func<DateTimeOffset, string, CancellationToken, Task<string>> _write;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _renewing;
    private string _etag;

    /// <param name="write">Writes the lease until a time, where it is still as it was last written (its ETag); gives the new one.</param>
    internal ConnectionPlace(Func<DateTimeOffset, string, CancellationToken, Task<string>> write, string etag, TimeSpan lease, TimeProvider time)
    {
        _write = write;
        _etag = etag;
        _lease = lease;
        _time = time;
        _renewing = Renew();
    }

    /// <summary>Cancelled when the place could not be renewed in time: another may have it, and the connection must end.</summary>
    public CancellationToken Lost => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _renewing;
        if (!_lost.IsCancellationRequested)
        {
            try
            {
                await _write(DateTimeOffset.MinValue, _etag, CancellationToken.None);
            }
            catch (Exception e) when (e is PreconditionFailedException or StorageException or IOException)
            {
                // It frees itself when its lease has run out.
            }
        }

        _stopping.Dispose();
        _lost.Dispose();
    }

    private async Task Renew()
    {
        DateTimeOffset until = _time.GetUtcNow() + _lease;
        try
        {
            while (true)
            {
                await Task.Delay(_lease / 4, _time, _stopping.Token);
                try
                {
                    DateTimeOffset next = _time.GetUtcNow() + _lease;
                    _etag = await _write(next, _etag, CancellationToken.None);
                    until = next;
                }
                catch (PreconditionFailedException)
                {
                    await _lost.CancelAsync();
                    return;
                }
                catch (Exception e) when (e is StorageException or IOException)
                {
                    if (_time.GetUtcNow() >= until)
                    {
                        await _lost.CancelAsync();
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The place is being given back.
        }
    }
}
