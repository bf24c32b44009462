using System.Security.Cryptography;
using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.LargeValues;

/// <summary>Writes the large values of one attempt to objects of their own, each while it arrives: what is held is a block of the store's. Blocks, on the copy's own thread.</summary>
/// <param name="isVoid">Nothing of the chunk will be kept: its values are only read on.</param>
internal sealed class LargeValueWriter(IFileIO io, LargeValueFolder folder, string attempt, Func<bool> isVoid, CancellationToken cancellation) : ILargeValues, IAsyncDisposable
{
    private readonly List<LargeValue> _written = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private OutputFile? _open;
    private long _length;
    private bool _skips;

    /// <summary>Bytes written.</summary>
    public long Bytes => _written.Sum(v => v.Bytes);

    public void Begin(int column, long length)
    {
        _length = 0;
        _skips = isVoid();
        _open = _skips ? null : io.Create(folder.Object(attempt, _written.Count));
    }

    public void Write(ReadOnlySpan<byte> piece)
    {
        cancellation.ThrowIfCancellationRequested();
        _length += piece.Length;
        if (_open is not null)
        {
            _hash.AppendData(piece);
            _open.Stream.Write(piece);
        }
    }

    public LargeValue End()
    {
        if (_open is null)
        {
            return new("", _length, "");
        }

        // The thread is this copy's own: it may wait.
        _open.Complete(cancellation).GetAwaiter().GetResult();
        var value = new LargeValue(_open.Location, _length, Convert.ToHexStringLower(_hash.GetHashAndReset()));
        _open.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _open = null;
        _written.Add(value);
        return value;
    }

    /// <summary>Writes the list of what was written.</summary>
    /// <returns>Null where that is nothing.</returns>
    public async Task<LargeValueList?> Complete(CancellationToken cancel)
    {
        if (_written.Count == 0)
        {
            return null;
        }

        string list = folder.List(attempt);
        await io.Write(list, JsonSerializer.SerializeToUtf8Bytes(_written, RunFolder.Json), WriteCondition.IfAbsent, cancel);
        return new(list, attempt, _written.Count, Bytes);
    }

    public async ValueTask DisposeAsync()
    {
        if (_open is not null)
        {
            await _open.DisposeAsync();
        }

        _hash.Dispose();
    }
}
