using Mammoth.Migration.Plans;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Api.Runs;

/// <summary>The tables of a migration that has not ended: what is planned, and what the instances that copy them say.</summary>
internal static class TablesUnderWay
{
    /// <param name="plans">Of the epochs so far, in order; a later one leaves out what is done.</param>
    /// <param name="children">The instances of <see cref="MigrateTable"/> that have set a status.</param>
    public static IReadOnlyList<TableStatus> Of(IReadOnlyList<MigrationPlan> plans, IReadOnlyList<InstanceStatus> children, RunState state, DateTimeOffset now)
    {
        var latest = new Dictionary<string, (InstanceStatus Instance, TableStanding Standing)>(StringComparer.Ordinal);
        foreach (InstanceStatus child in children)
        {
            TableStanding standing = child.CustomAs<TableStanding>()!;
            if (!latest.TryGetValue(standing.Source, out var other) || other.Standing.Epoch <= standing.Epoch)
            {
                latest[standing.Source] = (child, standing);
            }
        }

        var planned = new OrderedDictionary<string, TablePlan>(StringComparer.Ordinal);
        foreach (TablePlan table in plans.SelectMany(p => p.Tables))
        {
            planned[table.Source.ToString()] = table;
        }

        return [.. planned.Values.Select(t => latest.TryGetValue(t.Source.ToString(), out var found) ? Begun(t, found.Instance, found.Standing, state, now) : Waiting(t))];
    }

    public static TableStatus Waiting(TablePlan plan) => new(
        plan.Source.ToString(), plan.Namespace, plan.Name, plan.Batch, ClassOf(plan), TableProgressState.Waiting, 0, 0, plan.EstimatedRows < 0 ? null : plan.EstimatedRows, 0, plan.Bytes,
        0, plan.Chunks.Count, 0, null, null, null, null, null, 0, null, null);

    private static TableStatus Begun(TablePlan plan, InstanceStatus instance, TableStanding standing, RunState state, DateTimeOffset now)
    {
        double seconds = (now - instance.Created).TotalSeconds;
        bool copies = state == RunState.Running && !instance.HasEnded && standing.Phase == TablePhase.Copying && standing.ChunksDone > 0 && seconds > 0;
        return Waiting(plan) with
        {
            State = StateOf(instance, standing),
            Epoch = standing.Epoch,
            Rows = standing.Rows,
            Bytes = standing.Bytes,
            FileBytes = standing.FileBytes,
            QuarantinedRows = standing.QuarantinedRows,
            Chunks = standing.Chunks,
            ChunksDone = standing.ChunksDone,
            RowsPerSecond = copies ? standing.Rows / seconds : null,
            BytesPerSecond = copies ? standing.Bytes / seconds : null,
            SecondsLeft = copies ? seconds * (standing.Chunks - standing.ChunksDone) / standing.ChunksDone : null,
            Started = instance.Created,
            Updated = instance.Updated,
            Error = instance.Failure is { IsCancelled: false } failure ? new RunError(failure.Code, failure.Message, FailureText.WayOutOf(failure)) : null,
        };
    }

    private static TableProgressState StateOf(InstanceStatus instance, TableStanding standing) => instance switch
    {
        { State: InstanceState.Completed } => TableProgressState.Staged,
        { State: InstanceState.Failed or InstanceState.Terminated, Failure.IsCancelled: true } => TableProgressState.Withheld,

        // It starts again when the run goes on.
        { State: InstanceState.Failed, Failure.Transient: true } => TableProgressState.Waiting,
        { State: InstanceState.Failed or InstanceState.Terminated } => TableProgressState.Failed,
        _ => standing.Phase switch
        {
            TablePhase.Copying => TableProgressState.Copying,
            TablePhase.Staging => TableProgressState.Staging,
            TablePhase.Verifying => TableProgressState.Verifying,
            _ => TableProgressState.Staged,
        },
    };

    private static string ClassOf(TablePlan plan) => plan.Class.ToString().ToLowerInvariant();
}
