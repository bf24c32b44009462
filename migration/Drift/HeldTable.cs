using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Drift;

/// <summary>
/// What the warehouse has of a table of the source, by the table's own current metadata. That is what readers see and what the next run builds on; it is there
/// after every run, whichever tables that one chose and whichever host ran it, and also where the run's folder, with its plan, is gone. A run's plan would tell
/// more (keys that Iceberg can't take), but of tables that the run did not choose, or found unchanged, or did not publish, it tells nothing or
/// something else than what is there.
/// </summary>
internal sealed record HeldTable
{
    /// <summary>Its namespace and name in the warehouse.</summary>
    public required TableIdentifier Place { get; init; }

    /// <summary>The table it was read from.</summary>
    public required QualifiedName Source { get; init; }

    /// <summary>That one's oid; null where it was written before that was kept.</summary>
    public uint? Oid { get; init; }

    /// <summary>The database; null likewise.</summary>
    public SourceOrigin? Origin { get; init; }

    public required IReadOnlyList<SourceColumn> Columns { get; init; }

    /// <summary>Columns of the source that the configuration left out.</summary>
    public IReadOnlyList<string> Omitted { get; init; } = [];

    public required Schema Schema { get; init; }

    public required int LastColumnId { get; init; }

    /// <summary>When its current rows were written.</summary>
    public required DateTimeOffset Written { get; init; }

    /// <summary>Null where the table is not one that a migration published.</summary>
    public static HeldTable? Of(TableIdentifier place, TableMetadata table)
    {
        if (table.CurrentSnapshot is not { } snapshot || QuarantineTable.IsQuarantine(table) || SourceTable.Of(place.Namespace, table) is not { } source)
        {
            return null;
        }

        return new HeldTable
        {
            Place = place,
            Source = source.ToName(),
            Oid = source.Oid,
            Origin = SourceOrigin.Of(table),
            Columns = SourceColumns.Of(table),
            Omitted = source.Omitted ?? [],
            Schema = table.CurrentSchema,
            LastColumnId = table.LastColumnId,
            Written = DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs),
        };
    }

    /// <summary>Whether it may have come from a database: one that does not say so may have.</summary>
    public bool IsOf(SourceOrigin origin) => Origin is null || Origin.IsSameAs(origin);

    /// <summary>Whether by its oid it is this very table, whatever it is called. Oids are a database's own.</summary>
    public bool IsSameAs(TablePlan table) => Oid == table.SourceOid && Origin is not null && table.Origin is not null && Origin.IsSameAs(table.Origin);
}
