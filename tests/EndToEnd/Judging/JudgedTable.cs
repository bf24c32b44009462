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

    /// <summary>Values of more bytes than this, in columns that have a companion for references, are objects of their own.</summary>
    public const long LargestInPlace = 10 << 20;

    private const string Companion = "__large";

    /// <summary>The same without the companions of large values, which are null where their columns are judged: what the objects hold is for the tests of large values.</summary>
    public JudgedTable InPlace()
    {
        var large = Written.Schema.Fields.Where(f => f.Name.EndsWith(Companion, StringComparison.Ordinal)).Select(f => f.Name[..^Companion.Length]).ToHashSet();
        var fields = Written.Schema.Fields.Where(f => !large.Contains(f.Name.Replace(Companion, "", StringComparison.Ordinal)) || large.Contains(f.Name)).ToList();
        string Cut(NestedField field)
        {
            string column = Instead.GetValueOrDefault(field.Name, Mammoth.Postgres.Catalog.Identifier.Quote(field.Name));
            string measured = field.Type is PrimitiveType { Kind: PrimitiveKind.Binary } ? column : $"({column})::text";
            return $"CASE WHEN octet_length({measured}) <= {LargestInPlace} THEN {column} END";
        }

        return large.Count == 0 ? this : this with
        {
            Written = Written with { Schema = new Schema(Written.Schema.SchemaId, fields, []) },
            Instead = new Dictionary<string, string>([.. Instead.Where(i => !large.Contains(i.Key)), .. fields.Where(f => large.Contains(f.Name)).Select(f => KeyValuePair.Create(f.Name, Cut(f)))]),
        };
    }

    /// <summary>Which rows of the source were to be copied.</summary>
    public string Where { get; init; } = "true";
}

/// <summary>A table as readers find it.</summary>
/// <param name="Files">Its Parquet files, as paths of this machine.</param>
/// <param name="ClickHouse">The table function ClickHouse reads it with.</param>
/// <param name="Directory">A folder above what ClickHouse reads, to which it may write too.</param>
/// <param name="Snapshot">The snapshot ClickHouse is to read; null: the current one.</param>
internal sealed record WrittenTable(Schema Schema, IReadOnlyList<string> Files, string ClickHouse, string Directory, long? Snapshot = null);
