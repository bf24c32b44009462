using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Copying;

/// <summary>What a table is copied into, fixed before its first chunk.</summary>
public sealed record OpenedTable
{
    /// <summary>The plan, with the columns that turned out to need it as text.</summary>
    public required TablePlan Plan { get; init; }

    /// <summary>Where the table's files lie.</summary>
    public required string TableLocation { get; init; }

    /// <summary>Where the files of <see cref="QuarantineTable"/> lie.</summary>
    public required string QuarantineLocation { get; init; }

    /// <summary>The schema it is written in, as JSON.</summary>
    public required string SchemaJson { get; init; }

    /// <summary>The table this continues; null: it is new.</summary>
    public Guid? TableUuid { get; init; }

    /// <summary>The snapshot it replaces; null where there is none.</summary>
    public long? BaseSnapshot { get; init; }

    /// <summary>The schema id and the highest field id that the table had: field ids were given out on top of them.</summary>
    public int? BaseSchemaId { get; init; }

    public int BaseLastColumnId { get; init; }

    /// <summary>Which readers its files are written for.</summary>
    public EngineProfile Profile { get; init; } = EngineProfile.Generic;

    /// <returns>Where the record lies, and itself.</returns>
    public static async Task<(string Location, OpenedTable Table)> Open(MigrationSite site, string run, string planFolder, int table, IReadOnlyList<string> text, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        TablePlan plan = (await folder.Read<TablePlan>(RunPlan.TableFile(planFolder, table), cancellation)).WithText(text);
        TableMetadata? current = await site.Load(plan.Namespace, plan.Name, cancellation);

        // Another database's may have been published since the plan was made.
        MigrationOptions options = (await RunRecord.Read(site, run, cancellation)).Options;
        SourceOrigin.Check(plan, current, options);
        Schema schema = TableSchema.Of(plan, current?.CurrentSchema, (current?.Schemas.Max(s => s.SchemaId) + 1) ?? 0, current?.LastColumnId ?? 0);
        var opened = new OpenedTable
        {
            Plan = plan,
            TableLocation = current?.Location ?? await site.NewLocation(plan.Namespace, plan.Name, cancellation),
            QuarantineLocation = await site.NewLocation(QuarantineTable.Identifier.Namespace, QuarantineTable.Identifier.Name, cancellation),
            SchemaJson = Iceberg.Schemas.SchemaJson.ToJson(current?.Schemas.FirstOrDefault(schema.SameAs) ?? schema),
            TableUuid = current?.TableUuid,
            BaseSnapshot = current?.CurrentSnapshotId,
            BaseSchemaId = current?.CurrentSchemaId,
            BaseLastColumnId = current?.LastColumnId ?? 0,
            Profile = options.Profile,
        };
        string location = await folder.Write(folder.Fresh($"tables/{table}"), opened, cancellation);
        await Failpoints.TableOpened.Pass();
        return (location, opened);
    }

    /// <summary>The schema it is written in.</summary>
    public Schema Schema() => Iceberg.Schemas.SchemaJson.Parse(SchemaJson);
}
