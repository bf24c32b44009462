using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Plans;

/// <summary>How a column's values are encoded in data files.</summary>
public enum ColumnEncoding
{
    /// <summary>By a dictionary, until it has grown too large.</summary>
    Dictionary,

    /// <summary>As they are: nearly every row has a value of its own, and a dictionary would only cost time.</summary>
    Plain,

    /// <summary>As differences (<c>DELTA_BINARY_PACKED</c>): whole numbers and times of many values; for Spark as they are.</summary>
    Delta,
}

/// <summary>Chooses encodings by what ANALYZE found out.</summary>
internal static class ColumnEncodings
{
    /// <summary>A larger dictionary would not stay in the processor's cache, and soon not in a page.</summary>
    private const double DictionaryBytes = 256 << 10;

    /// <summary>From here on a difference takes no more bits than a place in a dictionary does, and costs less to find.</summary>
    private const double FewNumbers = 4096;

    /// <summary>Days are near each other: sooner. A dictionary of more does not stay in the nearest cache, which cost 30 ns a value.</summary>
    private const double FewDays = 512;

    /// <summary>A day that more rows have than this may be one that stands for none (9999-12-31), far from all others: each difference beside it would take twice the bits.</summary>
    private const double Common = 0.01;

    /// <summary>The encoding of a column that is read as it is.</summary>
    public static ColumnEncoding Of(Table table, Column column, CopyType wire)
    {
        bool isWhole = wire is CopyType.Int2 or CopyType.Int4 or CopyType.Int8 or CopyType.Oid or CopyType.Date or CopyType.Time or CopyType.Timestamp or CopyType.TimestampTz or CopyType.Numeric { Precision: <= 18 };
        if (column.Statistics is not { } statistics)
        {
            // Keys and moments seldom repeat.
            bool isKey = table.PrimaryKey?.Columns.Contains(column.Name) == true;
            return isWhole && (isKey || column.Identity is not null || wire is CopyType.Timestamp or CopyType.TimestampTz) ? ColumnEncoding.Delta
                : wire is CopyType.Uuid && isKey ? ColumnEncoding.Plain
                : ColumnEncoding.Dictionary;
        }

        double distinct = statistics.DistinctOf(table.EstimatedRows);
        if (isWhole)
            return distinct <= (wire is CopyType.Date && !(statistics.Commonest > Common) ? FewDays : FewNumbers) ? ColumnEncoding.Dictionary : ColumnEncoding.Delta;
        return wire is CopyType.Array or CopyType.Composite or CopyType.Bool || distinct * statistics.AverageWidth <= DictionaryBytes ? ColumnEncoding.Dictionary : ColumnEncoding.Plain;
    }
}
