namespace Mammoth.Iceberg.Data;

/// <summary>
/// The entries of one level of a nested column (Dremel's shredding): for each its repetition and definition level so far, and of those that no null and no empty list
/// ended the position of the value in the Arrow array of the next level. One is kept for each level and filled again with each batch.
/// </summary>
internal sealed class Frontier
{
    private Scratch<short> _definitions = new();
    private Scratch<short> _repetitions = new();
    private Scratch<int> _values = new();
    private int _valueCount;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether none ended and the values are <see cref="Start"/> and what follows; there are no <see cref="Definitions"/> then.</summary>
    public bool Dense { get; private set; }

    public int Start { get; private set; }

    /// <summary>The definition level of the entries that did not end.</summary>
    public short Definition { get; private set; }

    /// <summary>Whether the entries are below a list or map, so that there are repetition levels.</summary>
    public bool Repeated { get; private set; }

    public Span<short> Definitions => _definitions.Of(Count);
    public Span<short> Repetitions => _repetitions.Of(Count);

    /// <summary>The positions of the entries that did not end.</summary>
    public ReadOnlySpan<int> Values => _values.Of(_valueCount);

    /// <summary>Entries none of which ended.</summary>
    public void ResetDense(int count, int start, short definition)
    {
        (Count, Dense, Start, Definition, Repeated, _valueCount) = (count, true, start, definition, false, count);
        var values = _values.Room(count).AsSpan(0, count);
        for (var i = 0; i < values.Length; i++)
            values[i] = start + i;
    }

    /// <summary>Entries to be filled in through the spans, and then counted.</summary>
    /// <returns>Room for as many <see cref="Values"/> as there are entries.</returns>
    public Span<int> Reset(int count, short definition, bool repeated)
    {
        (Count, Dense, Definition, Repeated, _valueCount) = (count, false, definition, repeated, 0);
        _definitions.Room(count);
        if (repeated)
            _repetitions.Room(count);
        return _values.Room(count).AsSpan(0, count);
    }

    /// <summary>How many of the entries did not end.</summary>
    public void CountValues(int count) => _valueCount = count;

    /// <summary>Leaves the memory to others.</summary>
    public void Release()
    {
        _definitions.Release();
        _repetitions.Release();
        _values.Release();
    }

    /// <summary>Takes the repetition levels over from the level above, which has the same entries.</summary>
    public void CopyRepetitions(Frontier parent)
    {
        Repeated = parent.Repeated;
        if (!Repeated)
            return;
        parent.Repetitions.CopyTo(_repetitions.Room(Count));
    }

    /// <summary>Moves all values.</summary>
    public void Shift(int by)
    {
        if (by == 0)
            return;
        foreach (ref var position in _values.Of(_valueCount))
            position += by;
    }
}
