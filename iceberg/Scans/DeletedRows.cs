namespace Mammoth.Iceberg.Scans;

/// <summary>The positions of one data file's deleted rows.</summary>
internal sealed class DeletedRows
{
    private readonly long[] _positions;

    public DeletedRows(IEnumerable<long> positions)
    {
        _positions = [.. positions.Distinct()];
        System.Array.Sort(_positions);
    }

    public int Count => _positions.Length;

    /// <summary>The runs of rows that are left of those from <paramref name="first"/> on, relative to it.</summary>
    public List<(int Start, int Length)> LiveRuns(long first, int count)
    {
        var runs = new List<(int, int)>();
        var next = System.Array.BinarySearch(_positions, first);
        next = next < 0 ? ~next : next;
        var start = 0;
        for (; next < _positions.Length && _positions[next] < first + count; next++)
        {
            var deleted = (int)(_positions[next] - first);
            if (deleted > start)
                runs.Add((start, deleted - start));
            start = deleted + 1;
        }
        if (start < count)
            runs.Add((start, count - start));
        return runs;
    }
}
