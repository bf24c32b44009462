using Apache.Arrow;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Iceberg.Data;

/// <summary>
/// Writes Arrow batches into as many data files as <see cref="DataFileOptions.TargetFileSizeBytes"/> makes of them; a file is cut between two batches.
/// Disposed before <see cref="Complete"/>, the open file is discarded; files completed before stay, and nothing refers to them.
/// </summary>
/// <param name="location">The full URI of the n-th file, from 0. None of them may exist.</param>
/// <param name="compression">What the table's files showed of its columns; null: nothing, all are compressed but those that the options name.</param>
public sealed class RollingDataFileWriter(
    IFileIO io,
    Func<int, string> location,
    Schema schema,
    DataFileOptions? options = null,
    IReadOnlyDictionary<int, object?>? partition = null,
    CompressionMemory? compression = null) : IAsyncDisposable
{
    private readonly DataFileOptions _options = options ?? new DataFileOptions();
    private readonly List<DataFile> _files = [];
    private DataFileWriter? _open;
    private double _shrinkage = 1;
    private bool _isTrial;

    /// <summary>Rows written so far.</summary>
    public long Rows => _files.Sum(file => file.RecordCount) + (_open?.Rows ?? 0);

    /// <summary>Bytes of the files completed, and about those of the open one.</summary>
    public long Bytes => _files.Sum(file => file.FileSizeInBytes) + (_open?.Bytes ?? 0);

    /// <summary>Writes a batch; completes the file where it is large enough.</summary>
    public async ValueTask Write(RecordBatch batch, CancellationToken cancellation)
    {
        if (batch.Length == 0)
            return;
        _open ??= Open();
        _open.Write(batch);
        // Nearly full, and a row group just ended: better now than after one more, short row group.
        if (_open.Bytes >= _options.TargetFileSizeBytes || (_open.BetweenRowGroups && _open.Bytes >= _options.TargetFileSizeBytes * 9 / 10))
            await Cut(cancellation);
    }

    /// <summary>Completes the open file.</summary>
    /// <returns>All files in order; none where no row was written.</returns>
    public async Task<IReadOnlyList<DataFile>> Complete(CancellationToken cancellation)
    {
        if (_open is not null)
            await Cut(cancellation);
        return _files;
    }

    public async ValueTask DisposeAsync()
    {
        if (_open is not null)
            await _open.DisposeAsync();
        _open = null;
    }

    private DataFileWriter Open()
    {
        var uncompressed = _options.Uncompressed.ToHashSet();
        if (compression is not null)
        {
            var known = compression.Next();
            _isTrial = known.Count == 0;
            uncompressed.UnionWith(known);
        }
        return new DataFileWriter(io, location(_files.Count), schema, _options with { Uncompressed = uncompressed }, partition) { Shrinkage = _shrinkage };
    }

    private async Task Cut(CancellationToken cancellation)
    {
        var file = _open!;
        _files.Add(await file.Complete(cancellation));
        _shrinkage = file.Shrinkage;
        if (_isTrial)
            compression?.Learn(file.CompressionRatios);
        _open = null;
        await file.DisposeAsync();
    }
}
