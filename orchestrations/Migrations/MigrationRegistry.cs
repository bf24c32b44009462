using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Cleaning;
using Mammoth.Orchestrations.Drift;
using Mammoth.Orchestrations.Inspections;
using Mammoth.Orchestrations.Recovery;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Orchestrations.Verifications;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>What a host registers to run migrations.</summary>
public static class MigrationRegistry
{
    /// <summary>Adds the orchestrations and activities of migrations, dry runs, verifications, drift checks, rehearsals and maintenance, which work on <paramref name="site"/>.</summary>
    public static Registry AddMigrations(this Registry registry, MigrationSite site) => registry
        .AddOrchestration<MigrateDatabase>()
        .AddOrchestration<KeepSnapshot>()
        .AddOrchestration<MigrateTables>()
        .AddOrchestration<MigrateTable>()
        .AddOrchestration<InspectDatabase>()
        .AddOrchestration<VerifyWarehouse>()
        .AddOrchestration<SumDigests>()
        .AddOrchestration<CleanWarehouse>()
        .AddOrchestration<DetectDrift>()
        .AddActivity(() => new CompareSchemas(site))
        .AddActivity(() => new WarnOfDrift(site))
        .AddOrchestration<RehearseRecovery>()
        .AddActivity(() => new ChooseRecovery(site))
        .AddActivity(() => new PrepareRecovery(site))
        .AddActivity(() => new RecoverTable(site))
        .AddActivity(() => new FoldRehearsals(site))
        .AddActivity(() => new DropRecovery(site))
        .AddActivity(() => new FindOrphans(site))
        .AddActivity(() => new DeleteOrphans(site))
        .AddActivity(() => new WritePlan(site))
        .AddActivity(() => new ChooseTables(site))
        .AddActivity(() => new ProveTable(site))
        .AddActivity(() => new DigestFiles(site))
        .AddActivity(() => new FoldProofs(site))
        .AddActivity(() => new HoldSnapshot(site))
        .AddActivity(() => new AwaitSnapshot(site))
        .AddActivity(() => new ReleaseSnapshot(site))
        .AddActivity(() => new MakePlan(site))
        .AddActivity(() => new OpenTable(site))
        .AddActivity(() => new CopyChunk(site))
        .AddActivity(() => new CopySmallTable(site))
        .AddActivity(() => new FoldChunks(site))
        .AddActivity(() => new KeepSizes(site))
        .AddEntity<BatchSizes>()
        .AddActivity(() => new StageTable(site))
        .AddActivity(() => new CountRows(site))
        .AddActivity(() => new VerifyTable(site))
        .AddActivity(() => new RecordOutcomes(site))
        .AddActivity(() => new FoldOutcomes(site))
        .AddActivity(() => new TellFailure(site))
        .AddActivity(() => new PublishRun(site))
        .AddActivity(() => new SweepRun(site))
        .Classify(FailureText.Classify);
}
