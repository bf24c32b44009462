using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Scans;

/// <summary>How a column is compared with a value.</summary>
public enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    IsNull,
    IsNotNull,
}

/// <summary>
/// What rows a scan is asked for: files (and manifests) that can't hold any are left out. Rows of the files that stay are not filtered.
/// </summary>
/// <param name="Column">The column's name; nested ones with dots.</param>
/// <param name="Value">A value as <see cref="SingleValue"/> has them; null for <see cref="Comparison.IsNull"/> and <see cref="Comparison.IsNotNull"/>.</param>
public sealed record ColumnPredicate(string Column, Comparison Comparison, object? Value = null);
