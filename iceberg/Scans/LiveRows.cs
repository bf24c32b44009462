using Apache.Arrow;

namespace Mammoth.Iceberg.Scans;

/// <summary>Takes the rows of a batch that were not deleted.</summary>
internal static class LiveRows
{
    /// <summary>A batch of the rows in these runs, or null where none is left. The batch given is the caller's no more.</summary>
    public static RecordBatch? Take(RecordBatch batch, IReadOnlyList<(int Start, int Length)> runs)
    {
        if (runs is [(0, var all)] && all == batch.Length)
            return batch;
        using (batch)
        {
            if (runs.Count == 0)
                return null;
            // Concatenating one slice would not copy it.
            if (runs is [var (start, length)])
                return batch.SliceShared(start, length);
            var columns = batch.Arrays.Select(column => ArrowArrayConcatenator.Concatenate(
                [.. runs.Select(run => ArrowArrayFactory.BuildArray(column.Data.Slice(run.Start, run.Length)))])!);
            return new RecordBatch(batch.Schema, [.. columns], runs.Sum(run => run.Length));
        }
    }
}
