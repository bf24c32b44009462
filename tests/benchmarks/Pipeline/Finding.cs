namespace Mammoth.Benchmarks.Pipeline;

/// <summary>What was measured, as a table.</summary>
internal sealed record Finding(string Title, IReadOnlyList<string> Columns, IReadOnlyList<FindingRow> Rows)
{
    /// <summary>What is said below the table.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What each value is the median of, for machines.</summary>
    public object? Measured { get; init; }
}

/// <param name="Values">One a column; null: there is none.</param>
internal sealed record FindingRow(string Label, IReadOnlyList<double?> Values)
{
    /// <summary>What is not to be exceeded, for each column; null: there is no limit.</summary>
    public IReadOnlyList<double>? Limit { get; init; }

    /// <summary>What is aimed at, where there is a limit.</summary>
    public IReadOnlyList<double>? Aim { get; init; }
}
