namespace Mammoth.Migration.Drift;

/// <summary>How the source can differ from what the warehouse has of it. There are no others: comments, defaults, indexes and the like are not copied.</summary>
public enum DriftKind
{
    /// <summary>A table that the warehouse does not have.</summary>
    TableAdded,

    /// <summary>A table of the warehouse that the source does not have any more.</summary>
    TableGone,

    /// <summary>By its oid a partition of another table by now, which is copied with that one.</summary>
    TableAttached,

    /// <summary>By its oid the table of another name.</summary>
    TableRenamed,

    /// <summary>The same table, which gets another name in the warehouse, since other tables' names came or went (<see cref="Plans.WarehouseNames"/>).</summary>
    TableMoved,

    /// <summary>What the warehouse has as a table can't be copied any more, for the reason that is told.</summary>
    TableLeftOut,

    /// <summary>A table that the last run could not copy, for the reason that is told, and the next one can.</summary>
    TableNoLongerLeftOut,

    ColumnAdded,
    ColumnGone,

    /// <summary>By its table's oid and its number the column of another name.</summary>
    ColumnRenamed,

    /// <summary>The same column, which gets another name in the warehouse, since other columns' names came or went (<see cref="Plans.WarehouseNames"/>).</summary>
    ColumnMoved,

    TypeChanged,
    NullabilityChanged,

    /// <summary>As far as the warehouse shows it: a key that Iceberg can't take as identifier is none there.</summary>
    PrimaryKeyChanged,
}
