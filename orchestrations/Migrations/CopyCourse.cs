using Mammoth.Migration.Copying;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// Hands out a table's chunks in their order, as many at a time as the tuner says, within one turn. What it decides follows from the results alone, so that it decides
/// the same when it is replayed; the entity is told once a turn.
/// </summary>
/// <param name="lanes">Copies at a time.</param>
internal sealed class CopyCourse(OpenTable.Result table, BatchSizes sizes, int next, int lanes)
{
    /// <summary>Chunks of one copy at most: each partition's are a statement of their own.</summary>
    private const int Most = 64;

    /// <summary>Shorter than this no copy is made for the lanes to end together: it costs more than they would wait.</summary>
    private static readonly TimeSpan WorthACopy = TimeSpan.FromMilliseconds(700);

    private readonly double _chunkBytes = Math.Max(1, (double)table.Bytes / table.Chunks);
    private readonly List<CopyMeasure> _measures = [];
    private readonly BatchBounds _bounds = new(Math.Max(1, (double)table.Bytes / table.Chunks), table.MaxBytes);
    private BatchSizes _sizes = sizes;

    /// <summary>The first chunk that is not handed out.</summary>
    public int Next { get; private set; } = next;

    public bool IsOver => Next >= table.Chunks;

    /// <summary>The next copy. Towards the end they get shorter, so that the lanes end together.</summary>
    public (int First, int Count) Take()
    {
        int left = table.Chunks - Next;
        int count = (int)Math.Clamp(Math.Round(_bounds.Within(_sizes.Bytes) / _chunkBytes), 1, Most);
        int least = (int)Math.Clamp(_sizes.BytesOf(WorthACopy) / _chunkBytes, 1, Most);
        count = Math.Min(Math.Min(count, left), Math.Max(least, left / lanes));
        (int, int) taken = (Next, count);
        Next += count;
        return taken;
    }

    public void Learn(ChunkResult copy)
    {
        var measure = new CopyMeasure(
            copy.Rows + copy.QuarantinedRows, (long)(copy.Count * _chunkBytes), copy.Bytes, (copy.Finished - copy.Started).TotalMilliseconds, copy.Memory, copy.Attempt - 1);
        _measures.Add(measure);
        _sizes = _sizes.After([measure], _bounds);
    }

    /// <summary>Tells the entity what this turn learnt.</summary>
    public BatchSizes Tell(EntityReference<BatchSizes> entity)
    {
        if (_measures.Count > 0)
        {
            entity.Signal(s => s.After(_measures, _bounds));
        }

        return _sizes;
    }
}
