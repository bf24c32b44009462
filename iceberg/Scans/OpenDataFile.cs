using Apache.Arrow;
using Apache.Arrow.Ipc;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Schemas;
using ParquetSharp;
using ParquetSharp.Arrow;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Iceberg.Scans;

/// <summary>An open Parquet file, and which of its columns a schema's columns are.</summary>
internal sealed class OpenDataFile : IDisposable
{
    // Row groups up to this are fetched a whole column at a time; larger ones in pieces.
    private const long WholeRowGroupBytes = 64 << 20;
    private const int PieceBytes = 1 << 20;

    /// <summary>The most rows of a batch. The bytes a row takes are only estimated: a dictionary hides how much its values repeat.</summary>
    public const int MaxBatchRows = 1 << 14;

    private readonly Schema _schema;
    private readonly FileColumns _columns;
    private readonly FileReader _reader;
    private readonly Apache.Arrow.Schema _arrow;

    public OpenDataFile(Stream stream, Schema schema, NameMapping? names, long batchBytes)
    {
        NativeMemory.Bound();
        (_schema, _arrow) = (schema, ArrowTypes.Of(schema));
        var (largest, widest) = Sizes(stream);
        using var properties = ReaderProperties.GetDefaultReaderProperties();
        using var arrow = ArrowReaderProperties.GetDefault();
        // What Arrow fetches ahead it fetches on threads of its own, which go on after an error and when a scan is given up: they would meet a stream that
        // is closed, and end the process. Column by column in the order of the file, the streams' own reading ahead makes as few requests.
        arrow.PreBuffer = false;
        if (largest > WholeRowGroupBytes)
        {
            properties.EnableBufferedStream();
            properties.BufferSize = PieceBytes;
        }
        arrow.BatchSize = Math.Clamp(batchBytes / Math.Max(1, widest), 1, MaxBatchRows);
        arrow.CoerceInt96TimestampUnit = Apache.Arrow.Types.TimeUnit.Microsecond;
        _reader = new FileReader(stream, properties, arrow, leaveOpen: true);
        var fields = _reader.Schema.FieldsList;
        var hasIds = FileColumns.HasIds(fields);
        if (!hasIds && names is null && fields.Count > 0)
            throw new NotSupportedException($"it has no field ids, and the table no name mapping: set the table property {NameMapping.Property}.");
        _columns = new FileColumns(hasIds ? null : names);
        Leaves = [.. schema.Fields
            .Select(field => (field.Type, Index: _columns.IndexOf(fields, field.Id)))
            .Where(column => column.Index >= 0)
            .SelectMany(column => _columns.Leaves(column.Type, _reader.SchemaManifest.SchemaField(column.Index)))
            .Order()];
    }

    public int RowGroups => _reader.NumRowGroups;

    /// <summary>The Parquet leaves that hold the schema's columns, as far as the file has them.</summary>
    public int[] Leaves { get; }

    public long Rows(int group)
    {
        using var row = _reader.ParquetReader.RowGroup(group);
        return row.MetaData.NumRows;
    }

    /// <summary>Starts reading a row group.</summary>
    public IArrowArrayStream Open(int group) => _reader.GetRecordBatchReader([group], Leaves);

    /// <summary>A batch as the table's schema has it, sharing what it can with <paramref name="source"/>, which stays the caller's.</summary>
    public RecordBatch Convert(RecordBatch? source, int length, IReadOnlyDictionary<int, object?> constants)
    {
        var fields = source?.Schema.FieldsList ?? [];
        return new RecordBatch(_arrow, _schema.Fields.Select(field => ArrowArrayFactory.BuildArray(
            _columns.IndexOf(fields, field.Id) is >= 0 and var index ? ColumnConversion.Convert(field, fields[index], _columns, source!.Column(index).Data)
            : constants.TryGetValue(field.Id, out var value) ? ConstantColumn.Of(field.Type, value is null ? null : SingleValue.Widened(field.Type, value), length)
            : ConstantColumn.Missing(field, length))), length);
    }

    public void Dispose() => _reader.Dispose();

    // The largest row group in compressed bytes, and the most bytes a row has on average in any of them.
    private static (long Largest, long Widest) Sizes(Stream stream)
    {
        using var file = new ParquetFileReader(stream, leaveOpen: true);
        var (largest, widest) = (0L, 1L);
        for (var group = 0; group < file.FileMetaData.NumRowGroups; group++)
        {
            using var row = file.RowGroup(group);
            var compressed = 0L;
            for (var column = 0; column < row.MetaData.NumColumns; column++)
            {
                using var chunk = row.MetaData.GetColumnChunkMetaData(column);
                compressed += chunk.TotalCompressedSize;
            }
            largest = Math.Max(largest, compressed);
            widest = Math.Max(widest, row.MetaData.TotalByteSize / Math.Max(1, row.MetaData.NumRows));
        }
        return (largest, widest);
    }
}
