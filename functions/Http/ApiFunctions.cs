using Mammoth.Api;
using Mammoth.Functions.Durable;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Mammoth.Functions.Http;

/// <summary>
/// The HTTP API: every route of <see cref="Api.Routes.ApiRoutes"/>, and nothing else. What answers is the API's own. All need a key (the function's or the
/// app's, in <c>x-functions-key</c>), but health, the OpenAPI document and the page, which show nothing of the data.
/// </summary>
public sealed class ApiFunctions(ApiHost host)
{
    [Function(nameof(MammothApi.StartMigration))]
    public Task<IResult> StartMigration([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/migrations")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).StartMigration(request, cancellation);

    [Function(nameof(MammothApi.StartVerification))]
    public Task<IResult> StartVerification([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/verifications")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).StartVerification(request, cancellation);

    [Function(nameof(MammothApi.StartDriftCheck))]
    public Task<IResult> StartDriftCheck([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/drift-checks")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).StartDriftCheck(request, cancellation);

    [Function(nameof(MammothApi.StartRehearsal))]
    public Task<IResult> StartRehearsal([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/rehearsals")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).StartRehearsal(request, cancellation);

    [Function(nameof(MammothApi.Plan))]
    public Task<IResult> Plan([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/plan")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).Plan(request, cancellation);

    [Function(nameof(MammothApi.ListRuns))]
    public Task<IResult> ListRuns([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/runs")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).ListRuns(request, cancellation);

    [Function(nameof(MammothApi.GetRun))]
    public Task<IResult> GetRun([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/runs/{run}")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).GetRun(request, cancellation);

    [Function(nameof(MammothApi.GetReport))]
    public Task<IResult> GetReport([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/runs/{run}/report")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).GetReport(request, cancellation);

    [Function(nameof(MammothApi.GetRunPlan))]
    public Task<IResult> GetRunPlan([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/runs/{run}/plan")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).GetRunPlan(request, cancellation);

    [Function(nameof(MammothApi.PauseRun))]
    public Task<IResult> PauseRun([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/runs/{run}/pause")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).PauseRun(request, cancellation);

    [Function(nameof(MammothApi.ResumeRun))]
    public Task<IResult> ResumeRun([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/runs/{run}/resume")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).ResumeRun(request, cancellation);

    [Function(nameof(MammothApi.CancelRun))]
    public Task<IResult> CancelRun([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/runs/{run}/cancel")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).CancelRun(request, cancellation);

    [Function(nameof(MammothApi.ListTables))]
    public Task<IResult> ListTables([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/tables")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).ListTables(request, cancellation);

    [Function(nameof(MammothApi.GetTable))]
    public Task<IResult> GetTable([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/tables/{namespace}/{table}")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).GetTable(request, cancellation);

    [Function(nameof(MammothApi.ListSnapshots))]
    public Task<IResult> ListSnapshots([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/tables/{namespace}/{table}/snapshots")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).ListSnapshots(request, cancellation);

    [Function(nameof(MammothApi.Info))]
    public Task<IResult> Info([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/info")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).Info(request, cancellation);

    [Function(nameof(MammothApi.Health))]
    public Task<IResult> Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).Health(request, cancellation);

    [Function(nameof(MammothApi.CheckHealth))]
    public Task<IResult> CheckHealth([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/health")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).CheckHealth(request, cancellation);

    [Function(nameof(MammothApi.OpenApi))]
    public Task<IResult> OpenApi([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).OpenApi(request, cancellation);

    [Function(nameof(MammothApi.CatalogConfig))]
    public Task<IResult> CatalogConfig([HttpTrigger(AuthorizationLevel.Function, "get", Route = "iceberg/v1/config")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).CatalogConfig(request, cancellation);

    [Function(nameof(MammothApi.CatalogNamespaces))]
    public Task<IResult> CatalogNamespaces([HttpTrigger(AuthorizationLevel.Function, "get", Route = "iceberg/v1/namespaces")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).CatalogNamespaces(request, cancellation);

    [Function(nameof(MammothApi.CatalogNamespace))]
    public Task<IResult> CatalogNamespace([HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "iceberg/v1/namespaces/{namespace}")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).CatalogNamespace(request, cancellation);

    [Function(nameof(MammothApi.CatalogTables))]
    public Task<IResult> CatalogTables([HttpTrigger(AuthorizationLevel.Function, "get", Route = "iceberg/v1/namespaces/{namespace}/tables")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).CatalogTables(request, cancellation);

    [Function(nameof(MammothApi.CatalogTable))]
    public Task<IResult> CatalogTable([HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "iceberg/v1/namespaces/{namespace}/tables/{table}")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).CatalogTable(request, cancellation);

    [Function(nameof(MammothApi.CatalogViews))]
    public Task<IResult> CatalogViews([HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "iceberg/v1/namespaces/{namespace}/views/{view?}")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).CatalogViews(request, cancellation);

    // The host takes the first route that fits, not the closest: what the routes above read is left to them.
    [Function(nameof(MammothApi.CatalogOther))]
    public Task<IResult> CatalogOther([HttpTrigger(AuthorizationLevel.Function, "post", "put", "delete", Route = "iceberg/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).CatalogOther(request, cancellation);

    // An empty route would stand for the function's name: this one matches the root alone.
    [Function(nameof(MammothApi.Page))]
    public Task<IResult> Page([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{ignored:maxlength(0)?}")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).Page(request, cancellation);

    [Function(nameof(MammothApi.PageFile))]
    public Task<IResult> PageFile([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "page/{file}")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.Over(client).PageFile(request, cancellation);
}
