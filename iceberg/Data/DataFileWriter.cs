using Apache.Arrow;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Schemas;
using ParquetSharp;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Iceberg.Data;

/// <summary>
/// Writes Arrow batches into one Parquet data file. Memory is bounded by the open row group (<see cref="DataFileOptions.RowGroupBytes"/>).
/// One caller at a time. Disposed before <see cref="Complete"/>, no file remains.
/// </summary>
public sealed class DataFileWriter : IAsyncDisposable
{
    private readonly Schema _schema;
    private readonly DataFileOptions _options;
    private readonly IReadOnlyDictionary<int, object?>? _partition;
    private readonly OutputFile _output;
    private readonly FileTail _file;
    private readonly ParquetFileWriter _parquet;
    private readonly ColumnShape[] _columns;
    private readonly LeafWriter[] _leaves;
    private readonly Frontier _rows = new();
    private readonly List<long> _splits = [];
    private RowGroupWriter? _group;
    private int _groupRows;

    /// <param name="location">Full URI of a file that must not exist.</param>
    /// <param name="partition">The partition values of all rows, by partition field id; null where the table is unpartitioned.</param>
    public DataFileWriter(
        IFileIO io, string location, Schema schema, DataFileOptions? options = null, IReadOnlyDictionary<int, object?>? partition = null)
    {
        NativeMemory.Bound();
        (_schema, _options, _partition) = (schema, options ?? new DataFileOptions(), partition);
        var leaves = new List<LeafWriter>();
        _columns = [.. schema.Fields.Select(field => ColumnShape.Of(field, 0, 0, leaves))];
        _leaves = [.. leaves];
        using var root = ParquetLayout.Root(schema);
        using var properties = ParquetProperties.Of(root, _leaves, _options);
        _output = io.Create(location);
        _file = new FileTail(_output.Stream);
        _parquet = new ParquetFileWriter(
            _file, root, properties, new Dictionary<string, string> { ["iceberg.schema"] = SchemaJson.ToJson(schema) }, leaveOpen: true);
    }

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Bytes written so far and the compressed bytes of the open row group: about what the file would have if it were completed now.</summary>
    public long Bytes => _file.Length + OpenBytes;

    /// <summary>How the bytes of the last row group were to what its writer counted while it was open; a writer of the next file takes it over.</summary>
    internal double Shrinkage { get; set; } = 1;

    /// <summary>Of the completed file: see <see cref="CompressionMemory.Learn"/>.</summary>
    internal IReadOnlyDictionary<int, double> CompressionRatios { get; private set; } = new Dictionary<int, double>();

    /// <summary>Whether a row group was just closed, so that the file can end without a short one.</summary>
    internal bool BetweenRowGroups => _group is null;

    private long OpenBytes => (long)(CountedBytes * Shrinkage);

    // Of pages that were handed on, Parquet counts the bytes before compression; of those that wait for their dictionary, after it.
    private long CountedBytes => _group is null ? 0 : _group.TotalBytesWritten + _group.TotalCompressedBytes;

    /// <summary>Writes a batch: a column for each field of the schema, in order, in the Arrow types of <see cref="ArrowTypes"/>. The batch can be reused afterwards.</summary>
    /// <exception cref="ArgumentException">The batch's columns are not those of the schema.</exception>
    /// <exception cref="InvalidDataException">A value does not fit its column.</exception>
    public void Write(RecordBatch batch)
    {
        ArrowTypes.Check(_schema, batch);
        try
        {
            if (WantsNewRowGroup(batch))
                CloseRowGroup();
            for (var row = 0; row < batch.Length;)
            {
                var count = Math.Min(batch.Length - row, _options.RowGroupRows - _groupRows);
                Append(batch, row, count);
                row += count;
                if (_groupRows >= _options.RowGroupRows || OpenBytes >= _options.RowGroupBytes)
                    CloseRowGroup();
            }
        }
        catch (ParquetException)
        {
            _file.ThrowIfFailed();
            throw;
        }
    }

    /// <summary>Completes the file.</summary>
    /// <returns>The file with exact metrics, as a manifest describes it.</returns>
    /// <exception cref="PreconditionFailedException">A file of that name exists.</exception>
    public async Task<DataFile> Complete(CancellationToken cancellation)
    {
        try
        {
            CloseRowGroup();
            _file.KeepFromHere();
            _parquet.Close();
        }
        catch (ParquetException)
        {
            _file.ThrowIfFailed();
            throw;
        }
        var length = await _output.Complete(cancellation);
        using var footer = _file.ForReading();
        var metrics = ColumnMetrics.Of(footer, _leaves);
        CompressionRatios = metrics.CompressionRatios;
        return metrics.Apply(new DataFile
        {
            FilePath = _output.Location,
            RecordCount = Rows,
            FileSizeInBytes = length,
            SplitOffsets = _splits,
            Partition = _partition ?? new Dictionary<int, object?>(),
            SortOrderId = 0,
        });
    }

    public async ValueTask DisposeAsync()
    {
        _group?.Dispose();
        _parquet.Dispose();
        await _file.DisposeAsync();
        await _output.DisposeAsync();
        _rows.Release();
        foreach (var column in _columns)
            column.Release();
    }

    private bool WantsNewRowGroup(RecordBatch batch)
    {
        for (var i = 0; i < _columns.Length; i++)
            if (_columns[i].WantsNewRowGroup(batch.Column(i).Data))
                return true;
        return false;
    }

    private void Append(RecordBatch batch, int row, int count)
    {
        if (_group is null)
        {
            _group = _parquet.AppendBufferedRowGroup();
            for (var i = 0; i < _leaves.Length; i++)
                _leaves[i].Open(_group.Column(i));
        }
        _rows.ResetDense(count, row, 0);
        for (var i = 0; i < _columns.Length; i++)
            _columns[i].Write(batch.Column(i).Data, _rows);
        _groupRows += count;
        Rows += count;
    }

    private void CloseRowGroup()
    {
        if (_group is null)
            return;
        var (start, counted) = (_file.Length, CountedBytes);
        _splits.Add(start);
        // Disposing alone would not write it.
        _group.Close();
        // Of a small row group most is still uncounted when it is closed.
        if (counted > 0 && counted >= _options.RowGroupBytes / 4)
            Shrinkage = Math.Clamp((double)(_file.Length - start) / counted, 0.02, 2);
        _group.Dispose();
        (_group, _groupRows) = (null, 0);
    }
}
