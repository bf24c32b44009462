namespace Mammoth.Iceberg.Data;

/// <summary>
/// From which columns of a table compression takes next to nothing: random ids, packed differences, what is compressed already. A file in which all are compressed shows it,
/// the files after it are written by it, and every so many files all are tried again. For the writers of one table, on any thread.
/// </summary>
public sealed class CompressionMemory
{
    /// <summary>A column of which less than this share is saved is not worth the time.</summary>
    internal const double Worthwhile = 0.05;

    /// <summary>Bytes of a column before compression; fewer say nothing, and cost nothing.</summary>
    internal const long Telling = 64 << 10;

    /// <summary>How many files are written by what one of them showed.</summary>
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

    /// <summary>Takes in a file in which all columns were compressed.</summary>
    /// <param name="incompressible">Those that it was not worth it for.</param>
    public void Learn(IReadOnlySet<int> incompressible)
    {
        lock (_lock)
            (_incompressible, _left) = (incompressible, incompressible.Count > 0 ? Files : 0);
    }
}
