namespace Mammoth.Postgres.Catalog;

/// <summary>A database as its catalog describes it, read under one snapshot.</summary>
public sealed record Database
{
    public required string Name { get; init; }

    /// <summary><c>server_version_num</c>, e.g. 150018.</summary>
    public required int ServerVersion { get; init; }

    /// <summary>The database's encoding, e.g. <c>UTF8</c>, <c>SQL_ASCII</c>.</summary>
    public required string Encoding { get; init; }

    /// <summary>Digits behind the point of <c>money</c> under the database's own <c>lc_monetary</c>.</summary>
    public required int MoneyScale { get; init; }

    /// <summary><c>system_identifier</c> of the cluster, where it can be read, and the database's oid: which source this is.</summary>
    public required string Identity { get; init; }

    /// <summary>Everything that can be copied: ordinary tables, and partition roots with their leaves.</summary>
    public required IReadOnlyList<Table> Tables { get; init; }

    /// <summary>What is not copied, each with the reason.</summary>
    public required IReadOnlyList<LeftOut> LeftOut { get; init; }

    public required IReadOnlyList<Sequence> Sequences { get; init; }
}

/// <summary>A schema-qualified name, unquoted, as the catalog has it.</summary>
public sealed record QualifiedName(string Schema, string Name)
{
    /// <summary>Quoted for SQL.</summary>
    public string Sql => $"{Identifier.Quote(Schema)}.{Identifier.Quote(Name)}";

    /// <summary>For people: <c>schema.name</c>, unquoted.</summary>
    public override string ToString() => $"{Schema}.{Name}";
}

/// <summary>A relation that is not copied.</summary>
/// <param name="Kind">view, materialized view, foreign table, non-heap table …</param>
public sealed record LeftOut(QualifiedName Name, string Kind, string Reason)
{
    /// <summary>The kind of what lies in <c>pg_largeobject</c>.</summary>
    public const string LargeObjects = "large objects";
}

/// <summary>A table: an ordinary one (read with ONLY), or the root of a partition tree.</summary>
public sealed record Table
{
    public required uint Oid { get; init; }
    public required QualifiedName Name { get; init; }
    public required IReadOnlyList<Column> Columns { get; init; }

    /// <summary>The relations that hold the rows: the table itself, or the leaves of a partition root. May be empty.</summary>
    public required IReadOnlyList<Leaf> Leaves { get; init; }

    public bool IsPartitioned { get; init; }

    /// <summary>How a partition root is partitioned (<c>RANGE (at)</c>), for people; null elsewhere.</summary>
    public string? PartitionKey { get; init; }

    /// <summary>Classic inheritance parents.</summary>
    public IReadOnlyList<QualifiedName> Parents { get; init; } = [];

    /// <summary>
    /// The partitioned table from which it is being detached (<c>DETACH PARTITION … CONCURRENTLY</c>, not ended yet): it is a table of its own already, for the server no
    /// longer reads it through that one. Null elsewhere.
    /// </summary>
    public QualifiedName? DetachingFrom { get; init; }

    public Key? PrimaryKey { get; init; }
    public IReadOnlyList<Key> Uniques { get; init; } = [];
    public IReadOnlyList<ForeignKey> ForeignKeys { get; init; } = [];
    public IReadOnlyList<Check> Checks { get; init; } = [];
    public string? Comment { get; init; }

    /// <summary><c>reltuples</c> summed over the leaves; -1 where never analyzed.</summary>
    public long EstimatedRows { get; init; }

    /// <summary>Of the table and its leaves, those of which row-level security would hide rows from the role that reads.</summary>
    public IReadOnlyList<QualifiedName> Filtered { get; init; } = [];

    /// <summary>
    /// Of the table and its leaves, those that the role that reads may not SELECT as a whole. Privileges on columns alone
    /// (<see cref="Column.CanSelect"/>) allow neither reading page ranges nor locking.
    /// </summary>
    public IReadOnlyList<QualifiedName> WithoutSelect { get; init; } = [];

    /// <summary>Of the schemas in which the table and its leaves lie, those that the role that reads may not use.</summary>
    public IReadOnlyList<string> WithoutUsage { get; init; } = [];

    /// <summary>Row-level security would hide rows from the role that reads.</summary>
    public bool RowSecurityApplies => Filtered.Count > 0;

    /// <summary>The role that reads may use the schemas and SELECT the whole table and each leaf.</summary>
    public bool CanSelect => WithoutSelect.Count == 0 && WithoutUsage.Count == 0;

    /// <summary><c>relpersistence = 'u'</c>.</summary>
    public bool IsUnlogged { get; init; }
}

/// <summary>A heap that holds rows.</summary>
/// <param name="Pages">8 KiB pages of the main fork, measured after the snapshot was exported.</param>
/// <param name="TotalBytes">Main fork and TOAST, in bytes, indexes excluded.</param>
/// <param name="FileNode"><c>relfilenode</c> at the snapshot: changes when the table is rewritten or truncated.</param>
public sealed record Leaf(uint Oid, QualifiedName Name, long Pages, long TotalBytes, uint FileNode);

/// <summary>A column; dropped columns are not listed.</summary>
public sealed record Column
{
    /// <summary><c>attnum</c>.</summary>
    public required int Number { get; init; }

    public required string Name { get; init; }
    public required PgType Type { get; init; }

    /// <summary><c>atttypmod</c>, -1 where there is none.</summary>
    public int Modifier { get; init; } = -1;

    /// <summary><c>format_type</c>: the type as SQL would say it.</summary>
    public required string TypeText { get; init; }

    public bool NotNull { get; init; }
    public string? Default { get; init; }

    /// <summary><c>a</c>lways, by <c>d</c>efault, or null.</summary>
    public char? Identity { get; init; }

    /// <summary>A generated column; <see cref="Default"/> is its expression.</summary>
    public bool IsGenerated { get; init; }

    /// <summary>PostgreSQL 18: generated when read, not stored.</summary>
    public bool IsVirtual { get; init; }

    /// <summary>The role that reads may SELECT the column.</summary>
    public bool CanSelect { get; init; } = true;

    /// <summary>The column's collation, quoted, where it is not its type's own.</summary>
    public string? Collation { get; init; }
    public string? Comment { get; init; }

    /// <summary>It was looked for values longer than a bound, and has some (whoever looked knows the bound).</summary>
    public bool HasLargeValues { get; init; }

    /// <summary>What ANALYZE found; null where it did not look, or the role may not know.</summary>
    public ColumnStatistics? Statistics { get; init; }
}

/// <summary>A column's row of <c>pg_stats</c>; of a partitioned table never analyzed as a whole, that of its largest leaf.</summary>
/// <param name="Distinct">How many values there are; negative: as a part of the rows (-1: each row has its own).</param>
/// <param name="AverageWidth">Bytes of a value.</param>
/// <param name="Correlation">How much the values go with the rows' places, -1 to 1; null where they have no order.</param>
/// <param name="Commonest">The share of rows that have the commonest value; null where none is common.</param>
public sealed record ColumnStatistics(double Distinct, int AverageWidth, double? Correlation, double? Commonest = null)
{
    /// <summary>How many values there are about, in so many rows.</summary>
    public double DistinctOf(long rows) => Distinct < 0 ? -Distinct * Math.Max(rows, 0) : Distinct;
}

/// <summary>A primary key or unique constraint.</summary>
public sealed record Key(string Name, IReadOnlyList<string> Columns, string Definition);

/// <summary>A foreign key to <paramref name="Target"/>.</summary>
public sealed record ForeignKey(string Name, IReadOnlyList<string> Columns, QualifiedName Target, IReadOnlyList<string> TargetColumns, string Definition);

/// <summary>A check constraint.</summary>
public sealed record Check(string Name, string Definition);

/// <summary>A sequence and where it stands; <paramref name="OwnedBy"/> is <c>schema.table.column</c>.</summary>
public sealed record Sequence(QualifiedName Name, string? OwnedBy, long? LastValue, bool IsCalled, string Definition);
