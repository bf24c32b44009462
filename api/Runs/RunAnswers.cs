using Mammoth.Api.Json;
using Mammoth.Api.Problems;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Inspections;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Runs;

/// <summary>Tells of runs.</summary>
internal static class RunAnswers
{
    private const int Page = 20;
    private const int LargestPage = 100;

    /// <summary>The run that the path names.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public static async Task<RunEntry> Entry(ApiCall call, CancellationToken cancellation)
    {
        string run = call.Part("run");

        // It becomes part of a path in the warehouse.
        return RunId.IsSafe(run) && await RunIndex.Find(call.Migration, run, cancellation) is { } entry
            ? entry
            : throw ProblemException.NotFound($"There is no run {run}.", "GET api/v1/runs lists those there are.");
    }

    public static async Task<IResult> List(ApiCall call, CancellationToken cancellation)
    {
        int limit = call.Number("limit", Page, LargestPage);
        string? before = call.Request.Query["before"];
        string[] ids = [.. (await RunIndex.Ids(call.Migration, cancellation)).Where(id => before is null || string.CompareOrdinal(id, before) < 0).Take(limit + 1)];
        var runs = new List<RunSummary>();
        foreach (string id in ids.Take(limit))
        {
            if (await RunIndex.Find(call.Migration, id, cancellation) is { } entry)
            {
                runs.Add(await Summary(call, entry, cancellation));
            }
        }

        string? next = ids.Length > limit ? call.Url($"api/v1/runs?limit={limit}&before={Uri.EscapeDataString(ids[limit - 1])}") : null;
        return new JsonAnswer<RunList>(StatusCodes.Status200OK, new(runs, next));
    }

    public static async Task<IResult> Get(ApiCall call, CancellationToken cancellation) =>
        new JsonAnswer<RunStatus>(StatusCodes.Status200OK, await RunReader.Read(call, await Entry(call, cancellation), cancellation));

    public static async Task<IResult> Report(ApiCall call, CancellationToken cancellation)
    {
        RunEntry entry = await Entry(call, cancellation);
        string location = await RunReports.Find(call.Site, entry.Run, cancellation)
            ?? throw ProblemException.NotFound($"Run {entry.Run} has no report (yet).", "A report is written when a migration ends.");
        return new JsonAnswer<RunReport>(StatusCodes.Status200OK, await RunReports.Read(call.Site, entry.Run, location, cancellation));
    }

    public static async Task<IResult> Plan(ApiCall call, CancellationToken cancellation)
    {
        RunEntry entry = await Entry(call, cancellation);
        InstanceStatus? instance = await call.Client.Status(entry.Run, cancellation);
        string? location = entry.Kind switch
        {
            RunKind.Migration => instance?.CustomAs<RunStanding>()?.PlanFolders is [.., var folder] ? $"{folder}/plan.json" : null,
            RunKind.DryRun when instance is { State: InstanceState.Completed, Output: { } output } => Payload.To<InspectDatabase.Result>(output).Plan,
            _ => null,
        };
        return location is null
            ? throw ProblemException.NotFound($"Run {entry.Run} has no plan here (yet).")
            : new JsonAnswer<PlanDescription>(StatusCodes.Status200OK, PlanDescription.Of(await call.Site.Immutable<MigrationPlan>(entry.Run, location, cancellation)));
    }

    private static async Task<RunSummary> Summary(ApiCall call, RunEntry entry, CancellationToken cancellation)
    {
        InstanceStatus? instance = await call.Client.Status(entry.Run, cancellation);
        RunState state = RunReader.StateOf(entry.Kind, instance);
        DateTimeOffset? updated = instance?.Updated;
        if (instance is null && entry.Kind == RunKind.Migration && await RunReports.Find(call.Site, entry.Run, cancellation) is { } location)
        {
            RunReport report = await RunReports.Read(call.Site, entry.Run, location, cancellation);
            state = report.Succeeded ? RunState.Succeeded : RunState.Failed;
            updated = report.Finished;
        }

        return new(entry.Run, entry.Kind, state, entry.Requested, updated, RunUrls.Of(call, entry.Run));
    }
}
