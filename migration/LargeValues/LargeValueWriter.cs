using System.Security.Cryptography;
using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.LargeValues;

/// <summary>Writes the large values of one attempt to objects of their own, each while it arrives: what is held is a block of the store's. Blocks, on the copy's own thread.</summary>
/// <param name="shares">Values of equal bytes share one object.</param>
/// <param name="isVoid">Nothing of the chunk will be kept: its values are only read on.</param>
internal sealed class LargeValueWriter(IFileIO io, LargeValueFolder folder, string attempt, bool shares, Func<bool> isVoid, CancellationToken cancellation) : ILargeValues, IAsyncDisposable
{
    private readonly List<LargeValue> _written = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private OutputFile? _open;
    private long _length;
    private bool _skips;

    /// <summary>Bytes written; not those of objects that were there already.</summary>
    public long Bytes { get; private set; }

    /// <summary>Nothing of the chunk will be kept.</summary>
    public bool IsVoid => isVoid();

    public void Begin(int column, long length) => Begin();

    /// <summary>A value of which the length is not known begins.</summary>
    public void Begin()
    {
        _length = 0;
        _skips = isVoid();
        _open = _skips ? null : io.Create(shares ? folder.Shared() : folder.Object(attempt, _written.Count));
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

    // The thread is this copy's own: it may wait.
    public LargeValue End() => EndAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="End"/>
    public async Task<LargeValue> EndAsync()
    {
        if (_open is null)
        {
            return new("", _length, "");
        }

        await _open.Complete(cancellation);
        var value = new LargeValue(_open.Location, _length, Convert.ToHexStringLower(_hash.GetHashAndReset()));
        await _open.DisposeAsync();
        _open = null;
        LargeValue used = shares ? await new SharedValues(io, folder).Share(value, cancellation) : value;
        Bytes += used == value ? value.Bytes : 0;
        _written.Add(used);
        return used;
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
        return new(list, attempt, _written.Count, _written.Sum(v => v.Bytes));
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
