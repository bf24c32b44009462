using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Errors;

namespace Mammoth.Migration.Plans;

/// <summary>
/// Which database a table's rows came from; kept in the table's properties, so that another database with tables of the same names does not replace them unasked.
/// </summary>
/// <param name="Identity"><c>system_identifier</c> of the cluster (or <c>unknown</c>), a colon, and the database's oid. A standby that takes over has the same; a restored dump
/// and a server upgraded by <c>pg_upgrade</c> have another.</param>
/// <param name="Database">The database's name.</param>
public sealed record SourceOrigin(string Identity, string Database)
{
    /// <summary>The table property that holds <see cref="Identity"/>.</summary>
    public const string IdentityProperty = "mammoth.source-identity";

    /// <summary>The table property that holds <see cref="Database"/>.</summary>
    public const string DatabaseProperty = "mammoth.source-database";

    private const string UnknownSystem = "unknown";
    private const int Named = 5;

    /// <summary>What a table says of itself; null where it is older than these properties, or not of Mammoth's making.</summary>
    public static SourceOrigin? Of(TableMetadata? table) =>
        table?.Properties.GetValueOrDefault(IdentityProperty) is { Length: > 0 } identity ? new(identity, table.Properties.GetValueOrDefault(DatabaseProperty) ?? "") : null;

    /// <summary>
    /// Whether both are one database, whatever it is called. Where one of the two roles could not read the system identifier, the oid alone says little (the first database of
    /// every server has the same): then the name must be the same too.
    /// </summary>
    public bool IsSameAs(SourceOrigin other)
    {
        (string system, string oid) = Parts();
        (string otherSystem, string otherOid) = other.Parts();
        return oid == otherOid
            && (system == UnknownSystem || otherSystem == UnknownSystem ? Database == other.Database : system == otherSystem);
    }

    /// <summary>Holds the plan's tables against the warehouse's: those of another database are replaced only where that is asked for, and then it is noted.</summary>
    /// <param name="known">The warehouse's tables.</param>
    /// <exception cref="OtherSourceException">A planned table came from another database.</exception>
    public static MigrationPlan Check(MigrationPlan plan, IReadOnlyDictionary<(string Namespace, string Table), TableMetadata> known, MigrationOptions options)
    {
        SourceOrigin own = plan.Origin;
        (TablePlan Table, SourceOrigin Origin)[] foreign =
        [
            .. from table in plan.Tables
               let origin = Of(known.GetValueOrDefault((table.Namespace, table.Name)))
               where origin is not null && !origin.IsSameAs(own)
               select (table, origin),
        ];
        if (foreign.Length == 0)
        {
            return plan;
        }

        if (!options.ReplaceSource)
        {
            SourceOrigin other = foreign[0].Origin;
            throw Foreign([.. foreign.Where(f => f.Origin.IsSameAs(other)).Select(f => $"{f.Table.Namespace}.{f.Table.Name}")], other, own);
        }

        return plan with { Notes = [.. plan.Notes, .. foreign.Select(f => $"{f.Table.Namespace}.{f.Table.Name} came from another database, {f.Origin}, and is replaced.")] };
    }

    /// <summary>The same for one table, when it is opened.</summary>
    /// <param name="current">The warehouse's table of its name, or null.</param>
    /// <exception cref="OtherSourceException">It came from another database.</exception>
    public static void Check(TablePlan table, TableMetadata? current, MigrationOptions options)
    {
        if (Of(current) is { } origin && table.Origin is { } own && !origin.IsSameAs(own) && !options.ReplaceSource)
        {
            throw Foreign([$"{table.Namespace}.{table.Name}"], origin, own);
        }
    }

    /// <summary>For people: the name, and what tells it from another of that name.</summary>
    public override string ToString() => $"{(Database.Length == 0 ? "unnamed" : Database)} ({Identity})";

    private static OtherSourceException Foreign(string[] names, SourceOrigin other, SourceOrigin own) => new(
        $"{Some(names)} in the warehouse came from another database, {other}, and would be replaced by {(names.Length == 1 ? "that" : "those")} of {own}.",
        "Choose another warehouse; or give --replace-source (replaceSource in the API) where they may be replaced: a restored dump and an upgraded server count as another database.");

    private (string System, string Oid) Parts() =>
        Identity.Split(':', 2) is [var system, var oid] ? (system, oid) : (UnknownSystem, Identity);

    private static string Some(string[] names) =>
        string.Join(", ", names.Take(Named)) + (names.Length > Named ? $" and {names.Length - Named} more" : "");
}
