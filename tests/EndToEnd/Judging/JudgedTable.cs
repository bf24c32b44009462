using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>What is compared: a relation of PostgreSQL and what was written of it.</summary>
internal sealed record JudgedTable
{
    /// <summary>The relation, quoted for SQL.</summary>
    public required string Relation { get; init; }

    public required WrittenTable Written { get; init; }

    /// <summary>Source columns that were not to be copied. The others meet the written ones in order.</summary>
    public IReadOnlyCollection<string> Omitted { get; init; } = [];

    /// <summary>SQL instead of the column itself, by source name: what a mask makes of it.</summary>
    public IReadOnlyDictionary<string, string> Instead { get; init; } = new Dictionary<string, string>();

    /// <summary>Which rows of the source were to be copied.</summary>
    public string Where { get; init; } = "true";
}

/// <summary>A table as readers find it.</summary>
/// <param name="Files">Its Parquet files, as paths of this machine.</param>
/// <param name="ClickHouse">The table function ClickHouse reads it with.</param>
/// <param name="Directory">A folder above what ClickHouse reads, to which it may write too.</param>
/// <param name="Snapshot">The snapshot ClickHouse is to read; null: the current one.</param>
internal sealed record WrittenTable(Schema Schema, IReadOnlyList<string> Files, string ClickHouse, string Directory, long? Snapshot = null);
