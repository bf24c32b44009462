using System.Text.Json.Serialization;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.Plans;

/// <summary>What a run will do, made under the run's snapshot; shown before anything is copied.</summary>
public sealed record MigrationPlan
{
    /// <summary>The database's name.</summary>
    public required string Database { get; init; }

    /// <summary>Which database this is, whatever it is called (see <see cref="Database"/> of the catalog).</summary>
    public required string SourceIdentity { get; init; }

    /// <summary>Both together: what the tables will say they came from.</summary>
    [JsonIgnore]
    public SourceOrigin Origin => new(SourceIdentity, Database);

    /// <summary><c>server_version_num</c>.</summary>
    public required int ServerVersion { get; init; }

    /// <summary>In the order in which they are queued: batch after batch, within a batch the largest first.</summary>
    public required IReadOnlyList<TablePlan> Tables { get; init; }

    /// <summary>What is not copied, and why.</summary>
    public required IReadOnlyList<LeftOut> LeftOut { get; init; }

    /// <summary>Tables that reference one another in a circle; each circle lies in one batch.</summary>
    public required IReadOnlyList<IReadOnlyList<QualifiedName>> Cycles { get; init; }

    /// <summary>Names that had to change, and what else a reader of the plan should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>How much work a table is.</summary>
public enum SizeClass
{
    /// <summary>Little work beside its commit.</summary>
    Small,

    /// <summary>In between.</summary>
    Medium,

    /// <summary>Its chunks run side by side.</summary>
    Large,
}

/// <summary>How one table is copied.</summary>
public sealed record TablePlan
{
    /// <summary>Its place in the plan, from 0.</summary>
    public required int Index { get; init; }

    public required QualifiedName Source { get; init; }

    /// <summary>The database it is read from; null in plans older than this member.</summary>
    public SourceOrigin? Origin { get; init; }

    public required uint SourceOid { get; init; }

    /// <summary>The table's namespace and name in the warehouse.</summary>
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>Which batch of the foreign-key order, from 0: what it references lies in an earlier batch or its own.</summary>
    public required int Batch { get; init; }

    /// <summary>A partition root: its rows lie in leaves.</summary>
    public bool IsPartitioned { get; init; }

    public required SizeClass Class { get; init; }
    public required string ClassReason { get; init; }
    public required IReadOnlyList<ColumnPlan> Columns { get; init; }

    /// <summary>Source columns left out by configuration.</summary>
    public IReadOnlyList<string> OmittedColumns { get; init; } = [];

    /// <summary>Columns (by warehouse name) of the primary key; empty where there is none or Iceberg can't take it as identifier.</summary>
    public IReadOnlyList<string> Identifier { get; init; } = [];

    /// <summary>Columns (by warehouse name) of the primary key, also of one that Iceberg can't take as identifier; empty where there is none, or not all of it is copied.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>The <see cref="Quarantine.ErrorBudget"/> of the table, as it is written; null: any number of rows may be set aside.</summary>
    public string? MaxErrors { get; init; }

    /// <summary>Where its rows lie: the table itself, or its partitions.</summary>
    public required IReadOnlyList<HeapPlan> Heaps { get; init; }

    /// <summary>The page ranges that the heaps are cut into; a copy takes one or several of them.</summary>
    [JsonIgnore]
    public ChunkList Chunks => field ??= new ChunkList(Heaps);

    /// <summary>How many they are.</summary>
    public int ChunkCount => Chunks.Count;

    /// <summary>Large values of equal bytes share one object.</summary>
    public bool SharesLargeValues { get; init; }

    /// <summary>An SQL condition on the source's rows, or null.</summary>
    public string? Filter { get; init; }

    /// <summary><c>reltuples</c>; -1 where the table was never analyzed.</summary>
    public required long EstimatedRows { get; init; }

    /// <summary>Heap and TOAST, in bytes.</summary>
    public required long Bytes { get; init; }

    public string? Comment { get; init; }
}

/// <summary>How one column is copied.</summary>
public sealed record ColumnPlan
{
    /// <summary>Its name in PostgreSQL.</summary>
    public required string Source { get; init; }

    /// <summary><c>attnum</c>, which a rename leaves as it is; null in plans older than this member.</summary>
    public int? Number { get; init; }

    /// <summary>Its name in the warehouse.</summary>
    public required string Name { get; init; }

    /// <summary>The PostgreSQL type as SQL says it.</summary>
    public required string SourceType { get; init; }

    /// <summary>The Iceberg type of the column's own type, whatever the configuration or a value made of it; null in plans older than this member. SQL's name of a domain says nothing of its base.</summary>
    public string? Native { get; init; }

    /// <summary>The SQL expression that is read.</summary>
    public required string Expression { get; init; }

    public required CopyType Wire { get; init; }

    /// <summary>The expression and note to use instead where a value of the column turns out not to fit and its policy is <c>string</c>.</summary>
    public required string TextExpression { get; init; }

    /// <summary>Never null in the source.</summary>
    public required bool Required { get; init; }

    /// <summary>Something else than the column's value is read, by configuration.</summary>
    public bool IsMasked { get; init; }

    public required TypePolicy Policy { get; init; }

    /// <summary>The Iceberg type, for people.</summary>
    public required string TargetType { get; init; }

    /// <summary>Why the column is not carried in its own type; null where it is.</summary>
    public string? Note { get; init; }

    /// <summary>Which values have no exact form in <see cref="TargetType"/>; null: all fit.</summary>
    public string? MayNotFit { get; init; }

    public string? Comment { get; init; }

    /// <summary>How it is encoded in data files.</summary>
    public ColumnEncoding Encoding { get; init; }

    /// <summary>That its large values are objects of their own; null where it has none.</summary>
    public LargeColumn? LargeValues { get; init; }

    /// <summary>As it is read.</summary>
    public CopyColumn ToCopyColumn() => new(Name, Wire, LargeValues);
}

/// <summary>A page range of one heap, read by one query.</summary>
/// <param name="Index">Its place in the table, from 0.</param>
/// <param name="Leaf">The heap.</param>
/// <param name="LeafOid">Its oid, and</param>
/// <param name="FileNode">its file node when planned: both are checked where no locks are held.</param>
/// <param name="FromPage">The first page; null: from the start.</param>
/// <param name="ToPage">The first page behind the range; null: to the end.</param>
/// <param name="Bytes">Estimated bytes in the source.</param>
public sealed record ChunkPlan(int Index, QualifiedName Leaf, uint LeafOid, uint FileNode, long? FromPage, long? ToPage, long Bytes);
