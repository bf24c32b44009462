using System.Globalization;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Api.Tables;

/// <summary>The warehouse's tables as of one moment, in order of their names.</summary>
public sealed record TableList(IReadOnlyList<TableSummary> Tables);

/// <summary>A table in a list. Ids of snapshots are text: they are too large for JavaScript's numbers.</summary>
/// <param name="Snapshot">The current snapshot's id; null before the first.</param>
/// <param name="At">When it was made.</param>
/// <param name="Rows">Of the current snapshot; null where its writer did not say.</param>
public sealed record TableSummary(string Namespace, string Name, string? Snapshot, DateTimeOffset? At, long? Rows, long? Files, long? Bytes, int Columns, int Snapshots, string Url)
{
    internal static TableSummary Of(ApiCall call, LoadedTable table)
    {
        Snapshot? current = table.Metadata.CurrentSnapshot;
        return new(
            table.Identifier.Namespace,
            table.Identifier.Name,
            current?.SnapshotId.ToString(CultureInfo.InvariantCulture),
            current?.Time(),
            current?.Total("total-records"),
            current?.Total("total-data-files"),
            current?.Total("total-files-size"),
            table.Metadata.CurrentSchema.Fields.Count,
            table.Metadata.Snapshots.Count,
            UrlOf(call, table.Identifier));
    }

    internal static string UrlOf(ApiCall call, TableIdentifier table) =>
        call.Url($"api/v1/tables/{Uri.EscapeDataString(table.Namespace)}/{Uri.EscapeDataString(table.Name)}");
}

/// <summary>A table of the warehouse.</summary>
/// <param name="Location">The table's folder.</param>
/// <param name="MetadataLocation">The metadata file that the catalog names.</param>
/// <param name="Refs">Tags and branches by name, with the snapshot each names.</param>
public sealed record TableDescription(
    TableSummary Table, Guid Uuid, int FormatVersion, string Location, string MetadataLocation, IReadOnlyList<ColumnDescription> Columns, IReadOnlyDictionary<string, RefDescription> Refs, string SnapshotsUrl)
{
    internal static TableDescription Of(ApiCall call, LoadedTable table)
    {
        Schema schema = table.Metadata.CurrentSchema;
        return new(
            TableSummary.Of(call, table),
            table.Metadata.TableUuid,
            table.Metadata.FormatVersion,
            table.Location,
            table.MetadataLocation,
            [.. schema.Fields.Select(f => new ColumnDescription(f.Id, f.Name, TypeText.Of(f.Type), f.Required, schema.IdentifierFieldIds.Contains(f.Id), f.Doc))],
            table.Metadata.Refs.ToDictionary(r => r.Key, r => new RefDescription(r.Value.Type, r.Value.SnapshotId.ToString(CultureInfo.InvariantCulture))),
            $"{TableSummary.UrlOf(call, table.Identifier)}/snapshots");
    }
}

/// <summary>A column of a table.</summary>
/// <param name="Type">As the table format spells it.</param>
/// <param name="Identifier">It belongs to the primary key.</param>
public sealed record ColumnDescription(int Id, string Name, string Type, bool Required, bool Identifier, string? Doc);

/// <summary>A tag or branch.</summary>
/// <param name="Type">branch or tag.</param>
public sealed record RefDescription(string Type, string Snapshot);
