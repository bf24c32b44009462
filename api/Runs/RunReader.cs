using Mammoth.Migration.Drift;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Drift;
using Mammoth.Orchestrations.Inspections;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Recovery;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Orchestrations.Verifications;

namespace Mammoth.Api.Runs;

/// <summary>Says where a run stands: from its instances while it runs, from what it wrote once it has ended.</summary>
internal static class RunReader
{
    public static async Task<RunStatus> Read(ApiCall call, RunEntry entry, CancellationToken cancellation)
    {
        InstanceStatus? instance = await call.Client.Status(entry.Run, cancellation);
        RunStatus status = entry.Kind switch
        {
            RunKind.Migration => await Migration(call, entry, instance, cancellation),
            RunKind.DryRun => await DryRun(call, entry, instance, cancellation),
            RunKind.Drift => await Drift(call, entry, instance, cancellation),
            RunKind.Rehearsal => await Rehearsal(call, entry, instance, cancellation),
            _ => await Verification(call, entry, instance, cancellation),
        };
        return status with { Warnings = await Warnings(call, entry.Run, cancellation) };
    }

    private static async Task<IReadOnlyList<RunWarning>> Warnings(ApiCall call, string run, CancellationToken cancellation)
    {
        var warnings = new List<RunWarning>();
        foreach (string location in await RunWarnings.Of(call.Migration, run, cancellation))
        {
            warnings.Add(await call.Site.Immutable<RunWarning>(run, location, cancellation));
        }

        return warnings;
    }

    /// <summary>The state by the instance alone; a run that completed may still have failed by its result.</summary>
    public static RunState StateOf(RunKind kind, InstanceStatus? instance) => instance switch
    {
        null => RunState.Unknown,
        { State: InstanceState.Running } => InterruptionOf(kind, instance) is null ? RunState.Running : RunState.Paused,
        { State: InstanceState.Suspended } => RunState.Paused,
        { State: InstanceState.Completed } => Succeeded(kind, instance) ? RunState.Succeeded : RunState.Failed,
        { Failure.IsCancelled: true } or { State: InstanceState.Terminated } => RunState.Cancelled,
        _ => RunState.Failed,
    };

    /// <summary>Why a migration can't go on for now, or null.</summary>
    public static Interruption? InterruptionOf(RunKind kind, InstanceStatus? instance) =>
        kind == RunKind.Migration && instance is { HasEnded: false } ? instance.CustomAs<RunStanding>()?.Interruption : null;

    private static bool Succeeded(RunKind kind, InstanceStatus completed) => kind switch
    {
        RunKind.Migration => Payload.To<MigrateDatabase.Result>(completed.Output ?? Payload.Null) is { Succeeded: true },
        RunKind.Verification => Payload.To<VerifyWarehouse.Result>(completed.Output ?? Payload.Null) is { Differing: 0 },
        RunKind.Rehearsal => Payload.To<RehearseRecovery.Result>(completed.Output ?? Payload.Null) is { Differing: 0 },
        _ => true,
    };

    private static async Task<RunStatus> Migration(ApiCall call, RunEntry entry, InstanceStatus? instance, CancellationToken cancellation)
    {
        string? location = instance is { State: InstanceState.Completed, Output: { } output } ? Payload.To<MigrateDatabase.Result>(output).Report
            : instance is null ? await RunReports.Find(call.Site, entry.Run, cancellation)
            : null;
        if (location is not null)
        {
            return ReportedRun.Status(call, entry, await RunReports.Read(call.Site, entry.Run, location, cancellation));
        }

        RunStatus status = Begun(call, entry, instance);
        RunStanding standing = instance?.CustomAs<RunStanding>() ?? new(RunPhase.TakingSnapshot, 0, []);
        var plans = new List<MigrationPlan>();
        foreach (string folder in standing.PlanFolders)
        {
            plans.Add(await call.Site.Immutable<MigrationPlan>(entry.Run, $"{folder}/plan.json", cancellation));
        }

        var children = new List<InstanceStatus>();
        if (instance is not null)
        {
            await foreach (InstanceStatus child in call.Client.List($"{entry.Run}.", cancellation))
            {
                if (child is { Name: nameof(MigrateTable), Custom: not null })
                {
                    children.Add(child);
                }
            }
        }

        IReadOnlyList<HeldSnapshot> held = await HeldSnapshot.All(call.Migration, entry.Run, cancellation);
        DateTimeOffset now = status.Ended ?? call.Site.Time.GetUtcNow();
        IReadOnlyList<TableStatus> tables = TablesUnderWay.Of(plans, children, status.State, now);
        return status with
        {
            Stage = StageOf(status.State, standing.Phase),
            Tables = tables,
            Progress = ProgressSum.Of(tables, status.State == RunState.Running, children.Count == 0 ? null : now - children.Min(c => c.Created)),
            Snapshots = [.. held.Select(s => new SourceSnapshot(s.Epoch, s.Visible, s.Lsn, s.TakenAt))],
            Published = status.Ended is null ? null : false,
            Links = RunUrls.Links(call, entry, status.State, hasReport: false, hasPlan: plans.Count > 0),
        };
    }

    private static async Task<RunStatus> DryRun(ApiCall call, RunEntry entry, InstanceStatus? instance, CancellationToken cancellation)
    {
        RunStatus status = Begun(call, entry, instance);
        if (instance is not { State: InstanceState.Completed, Output: { } output })
        {
            return status with { Stage = status.Ended is null ? RunStage.Planning : RunStage.Done };
        }

        MigrationPlan plan = await call.Site.Immutable<MigrationPlan>(entry.Run, Payload.To<InspectDatabase.Result>(output).Plan, cancellation);
        IReadOnlyList<TableStatus> tables = [.. plan.Tables.Select(t => TablesUnderWay.Waiting(t) with { State = TableProgressState.Planned })];
        return status with
        {
            Stage = RunStage.Done,
            Tables = tables,
            Progress = ProgressSum.Of(tables, running: false, elapsed: null) with { Fraction = 1 },
            Published = false,
            Links = RunUrls.Links(call, entry, status.State, hasReport: false, hasPlan: true),
        };
    }

    private static async Task<RunStatus> Drift(ApiCall call, RunEntry entry, InstanceStatus? instance, CancellationToken cancellation)
    {
        RunStatus status = Begun(call, entry, instance);
        if (instance is not { State: InstanceState.Completed, Output: { } output })
        {
            return status with { Stage = status.Ended is null ? RunStage.Comparing : RunStage.Done };
        }

        SchemaDrift found = await call.Site.Immutable<SchemaDrift>(entry.Run, Payload.To<DetectDrift.Result>(output).Location, cancellation);
        return status with
        {
            Stage = RunStage.Done,
            Progress = RunProgress.None with { Tables = found.Tables, TablesDone = found.Tables, Fraction = 1 },
            Drift = DriftFindings.Of(found),
        };
    }

    private static async Task<RunStatus> Verification(ApiCall call, RunEntry entry, InstanceStatus? instance, CancellationToken cancellation)
    {
        RunStatus status = Begun(call, entry, instance);
        CheckStanding standing = instance?.CustomAs<CheckStanding>() ?? new(0, 0, 0, 0);
        var proofs = new List<TableProof>();
        if (instance is { State: InstanceState.Completed, Output: { } output })
        {
            foreach (string location in Payload.To<VerifyWarehouse.Result>(output).Proofs)
            {
                proofs.AddRange(await call.Site.Immutable<TableProof[]>(entry.Run, location, cancellation));
            }
        }

        double fraction = status.State == RunState.Succeeded || standing.Tables == 0 ? (status.Ended is null ? 0 : 1) : (double)standing.Done / standing.Tables;
        return status with
        {
            Stage = status.Ended is null ? RunStage.Verifying : RunStage.Done,
            Tables = [.. proofs.Select(ProvenTable)],
            Progress = RunProgress.None with { Tables = standing.Tables, TablesDone = standing.Done, TablesFailed = standing.Differing, Rows = standing.Rows, Fraction = fraction },
        };
    }

    private static async Task<RunStatus> Rehearsal(ApiCall call, RunEntry entry, InstanceStatus? instance, CancellationToken cancellation)
    {
        RunStatus status = Begun(call, entry, instance);
        CheckStanding standing = instance?.CustomAs<CheckStanding>() ?? new(0, 0, 0, 0);
        var results = new List<TableRehearsal>();
        IReadOnlyList<LeftOutTable> leftOut = [];
        if (instance is { State: InstanceState.Completed, Output: { } output })
        {
            RehearseRecovery.Result result = Payload.To<RehearseRecovery.Result>(output);
            leftOut = (await call.Site.Immutable<RecoveryPlan>(entry.Run, result.Plan, cancellation)).LeftOut;
            foreach (string location in result.Rehearsals)
            {
                results.AddRange(await call.Site.Immutable<TableRehearsal[]>(entry.Run, location, cancellation));
            }

            // What the turns' own standing does not say any more once the last has ended.
            standing = new(results.Count, results.Count, result.Differing, results.Sum(r => r.Rows));
        }

        return status with
        {
            Stage = status.Ended is null ? RunStage.Rehearsing : RunStage.Done,
            Tables = [.. results.Select(RehearsedTable)],
            Rehearsal = status.State is RunState.Succeeded or RunState.Failed && instance?.Output is not null ? new(results, leftOut) : null,
            Progress = RunProgress.None with
            {
                Tables = standing.Tables,
                TablesDone = standing.Done,
                TablesFailed = standing.Differing,
                Rows = standing.Rows,
                QuarantinedRows = results.Sum(r => r.Quarantined),
                Fraction = standing.Tables == 0 ? (status.Ended is null ? 0 : 1) : (double)standing.Done / standing.Tables,
            },
        };
    }

    private static TableStatus RehearsedTable(TableRehearsal back) => new(
        back.Table, null, null, 0, null, back.Holds ? TableProgressState.Rehearsed : TableProgressState.Failed, 0, back.Rows, null, back.Quarantined, null, 0, 0, 0, null, null, null, null, null, 0, null,
        back.Problem is { } problem ? new RunError("rehearsal", $"{back.Table}: {problem}", null) : null);

    private static TableStatus ProvenTable(TableProof proof) => new(
        proof.Table, null, null, 0, null, proof.Holds ? TableProgressState.Verified : TableProgressState.Failed, 0, proof.Rows, null, 0, null, 0, 0, 0, null, null, null, null, null, 0, null,
        proof.Problem is { } problem ? new RunError("verification", $"{proof.Table}: {problem}", null) : null);

    private static RunStatus Begun(ApiCall call, RunEntry entry, InstanceStatus? instance)
    {
        RunState state = StateOf(entry.Kind, instance);
        return new RunStatus
        {
            Run = entry.Run,
            Kind = entry.Kind,
            State = state,
            Stage = instance is { HasEnded: true } ? RunStage.Done : RunStage.Starting,
            Requested = entry.Requested,
            Ended = instance is { HasEnded: true } ? instance.Updated : null,
            Source = entry.Source,
            Warehouse = call.Migration.Root,
            Options = entry.Options,
            Progress = RunProgress.None,
            Error = InterruptionOf(entry.Kind, instance) is { } interruption ? new RunError("interrupted", interruption.Message, $"{interruption.WayOut} Resume the run when the cause has passed.".TrimStart())
                : instance?.Failure is { } failure ? new RunError(failure.IsCancelled ? "cancelled" : failure.Code, failure.Message, FailureText.WayOutOf(failure)) : null,
            Links = RunUrls.Links(call, entry, state, hasReport: false, hasPlan: false),
        };
    }

    private static RunStage StageOf(RunState state, RunPhase phase) => state switch
    {
        RunState.Running or RunState.Paused => phase switch
        {
            RunPhase.TakingSnapshot => RunStage.TakingSnapshot,
            RunPhase.Planning => RunStage.Planning,
            RunPhase.Copying => RunStage.Copying,
            RunPhase.Publishing => RunStage.Publishing,
            RunPhase.Sweeping => RunStage.Sweeping,
            _ => RunStage.Done,
        },
        _ => RunStage.Done,
    };
}
