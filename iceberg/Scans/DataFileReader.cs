using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Mammoth.Iceberg.IO;
using ParquetSharp;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Iceberg.Scans;

/// <summary>
/// Reads Parquet data files as batches of a table's schema, columns found by field id. Batches hold about so many bytes, and come one row group after
/// the other: memory is bounded by one row group's compressed bytes and one batch.
/// </summary>
/// <param name="schema">The columns to return, in order.</param>
/// <param name="names">For files without field ids.</param>
public sealed class DataFileReader(IFileIO io, Schema schema, NameMapping? names = null, long batchBytes = DataFileReader.DefaultBatchBytes)
{
    public const long DefaultBatchBytes = 16 << 20;

    /// <summary>All rows of a file, in order. Each batch is the caller's to dispose.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file can't be read as what the table says it is.</exception>
    public async IAsyncEnumerable<RecordBatch> Read(string location, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (batch, _) in Read(location, new Dictionary<int, object?>(), cancellation))
            yield return batch;
    }

    /// <param name="constants">Values of columns that the file may lack, by field id: identity partition values.</param>
    internal async IAsyncEnumerable<FileBatch> Read(
        string location, IReadOnlyDictionary<int, object?> constants, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var stream = new SourceStream(await io.OpenRead(location, cancellation));
        using var file = Guarded(location, stream, () => new OpenDataFile(stream, schema, names, batchBytes));
        var row = 0L;
        for (var group = 0; group < file.RowGroups; group++)
        {
            if (file.Leaves.Length == 0)
            {
                // None of the columns is in the file: only the number of rows is.
                for (var left = file.Rows(group); left > 0;)
                {
                    var count = (int)Math.Min(left, OpenDataFile.MaxBatchRows);
                    yield return new(Guarded(location, stream, () => file.Convert(null, count, constants)), row);
                    (left, row) = (left - count, row + count);
                }
                continue;
            }
            using var batches = Guarded(location, stream, () => file.Open(group));
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                using var source = await Next(location, stream, batches, cancellation);
                if (source is null)
                    break;
                yield return new(Guarded(location, stream, () => file.Convert(source, source.Length, constants)), row);
                row += source.Length;
            }
        }
    }

    private static async ValueTask<RecordBatch?> Next(string location, SourceStream stream, IArrowArrayStream batches, CancellationToken cancellation)
    {
        try
        {
            return await batches.ReadNextRecordBatchAsync(cancellation);
        }
        // Of what the native reader finds wrong with a page nothing arrives but a plain exception with its text.
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            stream.ThrowIfFailed();
            throw Unreadable(location, e);
        }
    }

    private static T Guarded<T>(string location, SourceStream stream, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ParquetException or NotSupportedException or OverflowException or FormatException)
        {
            stream.ThrowIfFailed();
            throw Unreadable(location, e);
        }
    }

    private static InvalidDataException Unreadable(string location, Exception e) => new($"{location} can't be read: {e.Message}", e);
}

/// <summary>A batch, and the position of its first row in its file.</summary>
internal readonly record struct FileBatch(RecordBatch Batch, long FirstRow);
