using Apache.Arrow;
using BenchmarkDotNet.Attributes;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Scans;
using Mammoth.Postgres.Copy;

namespace Mammoth.Benchmarks.Micro;

/// <summary>The steps of copying and verifying a row, each alone; an operation is a row.</summary>
[MemoryDiagnoser]
public class CopyBenchmarks
{
    private readonly List<RecordBatch> batches = [];
    private readonly MemoryFileIO files = new(keep: true);
    private readonly MemoryFileIO nowhere = new(keep: false);
    private readonly List<(int Start, int Length)> tuples = [];
    private RecordedTable recorded = null!;
    private int file;

    [Params("lineitem", "mixed")]
    public string Table { get; set; } = "";

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        recorded = RecordedTable.Load(Table);
        Decoded(batches.Add);
        Measure();
        await WriteAsync(files, "memory:read.parquet");
    }

    [GlobalCleanup]
    public void Clean() => batches.ForEach(b => b.Dispose());

    /// <summary>COPY to Arrow, with the digest of the source.</summary>
    [Benchmark(OperationsPerInvoke = RecordedTable.Rows)]
    public CopyTotals Decode() => Decoded(b => b.Dispose());

    /// <summary>Arrow to Parquet.</summary>
    [Benchmark(OperationsPerInvoke = RecordedTable.Rows)]
    public Task Encode() => WriteAsync(nowhere, $"memory:{file++}.parquet");

    /// <summary>The digest of the source alone.</summary>
    [Benchmark(OperationsPerInvoke = RecordedTable.Rows)]
    public RowDigest Digest()
    {
        RowDigest digest = RowDigest.Empty;
        foreach ((int start, int length) in tuples)
            digest = digest.Add(recorded.Copy.AsSpan(start, length));

        return digest;
    }

    /// <summary>Arrow back to COPY's bytes, and their digest.</summary>
    [Benchmark(OperationsPerInvoke = RecordedTable.Rows)]
    public RowDigest EncodeBackAndDigest()
    {
        using CopyEncoder encoder = new(recorded.Columns);
        RowDigest digest = RowDigest.Empty;
        foreach (RecordBatch batch in batches)
            digest += encoder.Digest(batch);

        return digest;
    }

    /// <summary>Parquet to Arrow.</summary>
    [Benchmark(OperationsPerInvoke = RecordedTable.Rows)]
    public async Task<long> ReadBack()
    {
        long rows = 0;
        await foreach (RecordBatch batch in new DataFileReader(files, recorded.Schema).Read("memory:read.parquet", CancellationToken.None))
        {
            using (batch)
                rows += batch.Length;
        }

        return rows;
    }

    private CopyTotals Decoded(Action<RecordBatch> take)
    {
        using CopyDecoder decoder = new(recorded.Columns);
        for (int position = 0; position < recorded.Copy.Length;)
        {
            position += decoder.Decode(recorded.Copy.AsSpan(position));
            if ((decoder.IsFull || decoder.IsEnded) && decoder.TakeBatch() is { } batch)
                take(batch);
        }

        decoder.End();
        return decoder.Totals;
    }

    private async Task WriteAsync(MemoryFileIO to, string location)
    {
        await using DataFileWriter writer = new(to, location, recorded.Schema, recorded.Options);
        foreach (RecordBatch batch in batches)
            writer.Write(batch);

        await writer.Complete(CancellationToken.None);
    }

    /// <summary>Finds where each row begins and ends.</summary>
    private void Measure()
    {
        int position = CopyHeader.Read(recorded.Copy);
        while (Short(position) is var fields and >= 0)
        {
            int start = position;
            position += 2;
            for (int i = 0; i < fields; i++)
                position += 4 + Math.Max(0, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(recorded.Copy.AsSpan(position)));

            tuples.Add((start, position - start));
        }
    }

    private short Short(int position) => System.Buffers.Binary.BinaryPrimitives.ReadInt16BigEndian(recorded.Copy.AsSpan(position));
}
