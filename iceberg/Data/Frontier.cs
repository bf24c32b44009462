namespace Mammoth.Iceberg.Data;

/// <summary>
/// The entries of one level of a nested column (Dremel's shredding): for each its repetition and definition level so far, and the position of its value
/// in the Arrow array of the next level; <see cref="Ended"/> where a null or an empty list ended it. One is kept for each level and filled again with
/// each batch.
/// </summary>
internal sealed class Frontier
{
    public const int Ended = -1;

    private short[] _definitions = [];
    private short[] _repetitions = [];
    private int[] _positions = [];

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether none ended and the positions are <see cref="Start"/> and what follows; all definition levels are <see cref="Definition"/> then.</summary>
    public bool Dense { get; private set; }

    public int Start { get; private set; }
    public short Definition { get; private set; }

    /// <summary>Whether the entries are below a list or map, so that there are repetition levels.</summary>
    public bool Repeated { get; private set; }

    public Span<short> Definitions => _definitions.AsSpan(0, Count);
    public Span<short> Repetitions => _repetitions.AsSpan(0, Count);
    public Span<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>Entries none of which ended.</summary>
    public void ResetDense(int count, int start, short definition) =>
        (Count, Dense, Start, Definition, Repeated) = (count, true, start, definition, false);

    /// <summary>Entries to be filled in through the spans.</summary>
    public void Reset(int count, bool repeated)
    {
        (Count, Dense, Repeated) = (count, false, repeated);
        Grow(ref _definitions, count);
        Grow(ref _positions, count);
        if (repeated)
            Grow(ref _repetitions, count);
    }

    /// <summary>Takes the repetition levels over from the level above, which has the same entries.</summary>
    public void CopyRepetitions(Frontier parent)
    {
        Repeated = parent.Repeated;
        if (!Repeated)
            return;
        Grow(ref _repetitions, Count);
        parent.Repetitions.CopyTo(_repetitions);
    }

    /// <summary>Moves the positions of all entries that did not end.</summary>
    public void Shift(int by)
    {
        if (by == 0)
            return;
        Start += by;
        if (Dense)
            return;
        foreach (ref var position in Positions)
            if (position != Ended)
                position += by;
    }

    /// <summary>The position of an entry's value, or <see cref="Ended"/>.</summary>
    public int PositionOf(int entry) => Dense ? Start + entry : _positions[entry];

    public short DefinitionOf(int entry) => Dense ? Definition : _definitions[entry];

    private static void Grow<T>(ref T[] buffer, int count)
    {
        if (buffer.Length < count)
            buffer = new T[Math.Max(count, buffer.Length * 2)];
    }
}
