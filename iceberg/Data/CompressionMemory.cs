namespace Mammoth.Iceberg.Data;

/// <summary>
/// From which columns of a table compression takes next to nothing: random ids, packed differences, what is compressed already. A file in which all are compressed shows it,
/// those begun after it are written by it, and after so many all are tried again. For the writers of one table, on any thread.
/// </summary>
public sealed class CompressionMemory
{
    /// <summary>A column of which less than this share is saved is not worth the time.</summary>
    internal const double Worthwhile = 0.05;

    /// <summary>Bytes of a column before compression; fewer say nothing, and cost nothing.</summary>
    internal const long Telling = 64 << 10;

    /// <summary>How many files are begun by what one showed.</summary>
    internal const int Files = 16;

    private static readonly IReadOnlySet<int> None = new HashSet<int>();

    private readonly Lock _lock = new();
    private IReadOnlySet<int> _incompressible = None;
    private int _left;

    /// <summary>The field ids of the columns that the next file should not compress.</summary>
    public IReadOnlySet<int> Next()
    {
        lock (_lock)
        {
            if (_left == 0)
                return None;
            _left--;
            return _incompressible;
        }
    }

    /// <summary>Takes in a file in which all columns were compressed. Of columns that it has too little of, it stays at what was known.</summary>
    /// <param name="ratios">By field id, compressed size to uncompressed, of the columns with enough bytes to tell.</param>
    public void Learn(IReadOnlyDictionary<int, double> ratios)
    {
        if (ratios.Count == 0)
            return;
        lock (_lock)
        {
            var incompressible = _incompressible.Where(id => !ratios.ContainsKey(id)).ToHashSet();
            incompressible.UnionWith(ratios.Where(ratio => ratio.Value > 1 - Worthwhile).Select(ratio => ratio.Key));
            (_incompressible, _left) = (incompressible, Files);
        }
    }
}
