using Mammoth.Api.Catalog;
using Mammoth.Api.Runs;
using Mammoth.Api.Tables;
using Mammoth.Migration.Reports;

namespace Mammoth.Api.Routes;

/// <summary>The API: all routes, and the only place that says so.</summary>
public static class ApiRoutes
{
    private static readonly string[] Get = ["GET"];
    private static readonly string[] GetHead = ["GET", "HEAD"];
    private static readonly string[] Post = ["POST"];
    private const string Run = "api/v1/runs/{run}";
    private const string Table = "api/v1/tables/{namespace}/{table}";
    private const string Namespaces = "iceberg/v1/namespaces";

    /// <summary>In the order in which the document has them.</summary>
    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new(nameof(MammothApi.StartMigration), Post, "api/v1/migrations", "Start a migration of all tables or some, or only plan one (dryRun). One migration runs at a time.", (a, r, c) => a.StartMigration(r, c))
        {
            Tag = "runs", Body = typeof(MigrationBody), Answers = Accepted<RunStatus>(), Errors = [400, 409, 413, 415, 422], Idempotent = true,
        },
        new(nameof(MammothApi.StartVerification), Post, "api/v1/verifications", "Read published tables again and compare every row with what was proven.", (a, r, c) => a.StartVerification(r, c))
        {
            Tag = "runs", Body = typeof(VerificationBody), Answers = Accepted<RunStatus>(), Errors = [400, 413, 415, 422], Idempotent = true,
        },
        new(nameof(MammothApi.StartDriftCheck), Post, "api/v1/drift-checks", "Hold the source against what the warehouse has of it: tables and columns that came, went, or are others now. Nothing is copied.", (a, r, c) => a.StartDriftCheck(r, c))
        {
            Tag = "runs", Body = typeof(DriftBody), Answers = Accepted<RunStatus>(), Errors = [400, 413, 415, 422], Idempotent = true,
        },
        new(nameof(MammothApi.StartRehearsal), Post, "api/v1/rehearsals", "Bring published tables back into a scratch database of the server to rehearse on, and compare every row with what was proven.", (a, r, c) => a.StartRehearsal(r, c))
        {
            Tag = "runs", Body = typeof(RehearsalBody), Answers = Accepted<RunStatus>(), Errors = [400, 409, 413, 415, 422], Idempotent = true,
        },
        new(nameof(MammothApi.Plan), Post, "api/v1/plan", "Show what a migration would do now. Nothing is locked, copied or written.", (a, r, c) => a.Plan(r, c))
        {
            Tag = "runs", Body = typeof(MigrationBody), Answers = Ok<PlanDescription>(), Errors = [400, 409, 413, 415, 502, 503],
        },
        new(nameof(MammothApi.ListRuns), Get, "api/v1/runs", "List runs, the latest first.", (a, r, c) => a.ListRuns(r, c))
        {
            Tag = "runs", Answers = Ok<RunList>(), Errors = [400],
            Query = new Dictionary<string, string> { ["limit"] = "How many at most, 1 to 100; 20 where it is left out.", ["before"] = "Those before the run of this id: what `next` of the page before holds." },
        },
        new(nameof(MammothApi.GetRun), Get, Run, "Where a run stands, table by table.", (a, r, c) => a.GetRun(r, c))
        {
            Tag = "runs", Answers = Ok<RunStatus>(), Errors = [404],
        },
        new(nameof(MammothApi.GetReport), Get, $"{Run}/report", "The report of a migration that has ended.", (a, r, c) => a.GetReport(r, c))
        {
            Tag = "runs", Answers = Ok<RunReport>(), Errors = [404],
        },
        new(nameof(MammothApi.GetRunPlan), Get, $"{Run}/plan", "The plan that a run follows, or a dry run made.", (a, r, c) => a.GetRunPlan(r, c))
        {
            Tag = "runs", Answers = Ok<PlanDescription>(), Errors = [404],
        },
        new(nameof(MammothApi.PauseRun), Post, $"{Run}/pause", "Begin nothing new until resumed. What is under way ends; the snapshot stays held.", (a, r, c) => a.PauseRun(r, c))
        {
            Tag = "runs", Answers = Accepted<RunStatus>(), Errors = [404, 409],
        },
        new(nameof(MammothApi.ResumeRun), Post, $"{Run}/resume", "Go on after a pause.", (a, r, c) => a.ResumeRun(r, c))
        {
            Tag = "runs", Answers = Accepted<RunStatus>(), Errors = [404, 409],
        },
        new(nameof(MammothApi.CancelRun), Post, $"{Run}/cancel", "Stop a run for good: nothing is published, what it wrote of tables is deleted.", (a, r, c) => a.CancelRun(r, c))
        {
            Tag = "runs", Answers = Accepted<RunStatus>(), Errors = [404, 409],
        },
        new(nameof(MammothApi.ListTables), Get, "api/v1/tables", "The warehouse's tables, as of one moment.", (a, r, c) => a.ListTables(r, c))
        {
            Tag = "tables", Answers = Ok<TableList>(),
        },
        new(nameof(MammothApi.GetTable), Get, Table, "A table: columns, location, tags.", (a, r, c) => a.GetTable(r, c))
        {
            Tag = "tables", Answers = Ok<TableDescription>(), Errors = [404],
        },
        new(nameof(MammothApi.ListSnapshots), Get, $"{Table}/snapshots", "A table's snapshots with their tags, the latest first.", (a, r, c) => a.ListSnapshots(r, c))
        {
            Tag = "tables", Answers = Ok<SnapshotList>(), Errors = [404],
        },
        new(nameof(MammothApi.Info), Get, "api/v1/info", "What this server works on.", (a, r, c) => a.Info(r, c))
        {
            Tag = "server", Answers = Ok<ServerInfo>(),
        },
        new(nameof(MammothApi.Health), GetHead, "health", "Whether the server answers.", (a, r, c) => a.Health(r, c))
        {
            Tag = "server", Access = Access.Open, Answers = Ok<HealthStatus>(),
        },
        new(nameof(MammothApi.CheckHealth), Get, "api/v1/health", "Whether the source, the warehouse's catalog and the runtime answer; 503 where one does not.", (a, r, c) => a.CheckHealth(r, c))
        {
            Tag = "server", Answers = new Dictionary<int, Type?> { [200] = typeof(HealthReport), [503] = typeof(HealthReport) },
        },
        new(nameof(MammothApi.OpenApi), Get, "openapi.json", "This document.", (a, r, c) => a.OpenApi(r, c))
        {
            Tag = "server", Access = Access.Open, Documented = false,
        },
        new(nameof(MammothApi.CatalogConfig), Get, "iceberg/v1/config", "Iceberg REST catalog: configuration.", (a, r, c) => a.CatalogConfig(r, c))
        {
            Tag = "iceberg", Answers = Ok<CatalogConfig>(),
        },
        new(nameof(MammothApi.CatalogNamespaces), Get, Namespaces, "Iceberg REST catalog: namespaces.", (a, r, c) => a.CatalogNamespaces(r, c))
        {
            Tag = "iceberg", Answers = Ok<CatalogNamespaces>(), Errors = [404], Query = new Dictionary<string, string> { ["parent"] = "Namespaces below this one: there are none." },
        },
        new(nameof(MammothApi.CatalogNamespace), GetHead, $"{Namespaces}/{{namespace}}", "Iceberg REST catalog: a namespace.", (a, r, c) => a.CatalogNamespace(r, c))
        {
            Tag = "iceberg", Answers = Ok<CatalogNamespace>(), Errors = [404],
        },
        new(nameof(MammothApi.CatalogTables), Get, $"{Namespaces}/{{namespace}}/tables", "Iceberg REST catalog: a namespace's tables.", (a, r, c) => a.CatalogTables(r, c))
        {
            Tag = "iceberg", Answers = Ok<CatalogTables>(), Errors = [404],
        },
        new(nameof(MammothApi.CatalogTable), GetHead, $"{Namespaces}/{{namespace}}/tables/{{table}}", "Iceberg REST catalog: load a table.", (a, r, c) => a.CatalogTable(r, c))
        {
            Tag = "iceberg", Answers = new Dictionary<int, Type?> { [200] = typeof(CatalogTableBody), [304] = null }, Errors = [404],
        },
        new(nameof(MammothApi.CatalogViews), GetHead, $"{Namespaces}/{{namespace}}/views/{{view?}}", "Iceberg REST catalog: there are no views.", (a, r, c) => a.CatalogViews(r, c))
        {
            Tag = "iceberg", Documented = false,
        },
        new(nameof(MammothApi.CatalogOther), ["GET", "HEAD", "POST", "PUT", "DELETE"], "iceberg/{*rest}", "Iceberg REST catalog: what writes is refused.", (a, r, c) => a.CatalogOther(r, c))
        {
            Tag = "iceberg", Documented = false,
        },
        new(nameof(MammothApi.Page), Get, "", "The page to look at.", (a, r, c) => a.Page(r, c))
        {
            Tag = "page", Access = Access.Open, Documented = false,
        },
        new(nameof(MammothApi.PageFile), Get, "page/{file}", "What belongs to the page.", (a, r, c) => a.PageFile(r, c))
        {
            Tag = "page", Access = Access.Open, Documented = false,
        },
    ];

    private static Dictionary<int, Type?> Ok<T>() => new() { [200] = typeof(T) };

    private static Dictionary<int, Type?> Accepted<T>() => new() { [202] = typeof(T) };
}
