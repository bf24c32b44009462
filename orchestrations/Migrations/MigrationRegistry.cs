using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>What a host registers to run migrations.</summary>
public static class MigrationRegistry
{
    /// <summary>Adds the migration's orchestrations and activities, which work on <paramref name="site"/>.</summary>
    public static Registry AddMigrations(this Registry registry, MigrationSite site) => registry
        .AddOrchestration<MigrateDatabase>()
        .AddOrchestration<MigrateTables>()
        .AddOrchestration<MigrateTable>()
        .AddActivity(() => new HoldSnapshot(site))
        .AddActivity(() => new AwaitSnapshot(site))
        .AddActivity(() => new ReleaseSnapshot(site))
        .AddActivity(() => new MakePlan(site))
        .AddActivity(() => new OpenTable(site))
        .AddActivity(() => new CopyChunk(site))
        .AddActivity(() => new FoldChunks(site))
        .AddActivity(() => new StageTable(site))
        .AddActivity(() => new VerifyTable(site))
        .AddActivity(() => new RecordOutcomes(site))
        .AddActivity(() => new PublishRun(site))
        .Classify(FailureText.Classify);
}
