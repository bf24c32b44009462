using Mammoth.Api.Catalog;
using Mammoth.Api.Json;
using Mammoth.Api.OpenApi;
using Mammoth.Api.Page;
using Mammoth.Api.Problems;
using Mammoth.Api.Runs;
using Mammoth.Api.Tables;
using Mammoth.Orchestrations.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mammoth.Api;

/// <summary>
/// Every endpoint of the API, for any host: a method takes the request and gives the answer, errors included. Which method answers which route
/// is in <see cref="Routes.ApiRoutes"/>. It is cheap to make, one for each request where the client comes with it.
/// </summary>
public sealed class MammothApi(ApiSite site, IOrchestrationClient client)
{
    public Task<IResult> Health(HttpRequest request, CancellationToken cancellation) => Answer(request, ServerFacts.Health, cancellation);

    public Task<IResult> CheckHealth(HttpRequest request, CancellationToken cancellation) => Answer(request, HealthChecks.Answer, cancellation);

    public Task<IResult> Info(HttpRequest request, CancellationToken cancellation) => Answer(request, ServerFacts.Info, cancellation);

    public Task<IResult> OpenApi(HttpRequest request, CancellationToken cancellation) => Answer(request, OpenApiDocument.Answer, cancellation);

    public Task<IResult> Page(HttpRequest request, CancellationToken cancellation) => Answer(request, PageFiles.Answer, cancellation);

    public Task<IResult> PageFile(HttpRequest request, CancellationToken cancellation) => Answer(request, PageFiles.Answer, cancellation);

    public Task<IResult> StartMigration(HttpRequest request, CancellationToken cancellation) => Answer(request, StartingRuns.Migration, cancellation);

    public Task<IResult> StartVerification(HttpRequest request, CancellationToken cancellation) => Answer(request, StartingRuns.Verification, cancellation);

    public Task<IResult> StartDriftCheck(HttpRequest request, CancellationToken cancellation) => Answer(request, StartingRuns.Drift, cancellation);

    public Task<IResult> StartRehearsal(HttpRequest request, CancellationToken cancellation) => Answer(request, StartingRuns.Rehearsal, cancellation);

    public Task<IResult> Plan(HttpRequest request, CancellationToken cancellation) => Answer(request, PlanAnswer.Make, cancellation);

    public Task<IResult> ListRuns(HttpRequest request, CancellationToken cancellation) => Answer(request, RunAnswers.List, cancellation);

    public Task<IResult> GetRun(HttpRequest request, CancellationToken cancellation) => Answer(request, RunAnswers.Get, cancellation);

    public Task<IResult> GetReport(HttpRequest request, CancellationToken cancellation) => Answer(request, RunAnswers.Report, cancellation);

    public Task<IResult> GetRunPlan(HttpRequest request, CancellationToken cancellation) => Answer(request, RunAnswers.Plan, cancellation);

    public Task<IResult> PauseRun(HttpRequest request, CancellationToken cancellation) => Answer(request, RunControl.Pause, cancellation);

    public Task<IResult> ResumeRun(HttpRequest request, CancellationToken cancellation) => Answer(request, RunControl.Resume, cancellation);

    public Task<IResult> CancelRun(HttpRequest request, CancellationToken cancellation) => Answer(request, RunControl.Cancel, cancellation);

    public Task<IResult> ListTables(HttpRequest request, CancellationToken cancellation) => Answer(request, TableAnswers.List, cancellation);

    public Task<IResult> GetTable(HttpRequest request, CancellationToken cancellation) => Answer(request, TableAnswers.Get, cancellation);

    public Task<IResult> ListSnapshots(HttpRequest request, CancellationToken cancellation) => Answer(request, TableAnswers.Snapshots, cancellation);

    public Task<IResult> CatalogConfig(HttpRequest request, CancellationToken cancellation) => AnswerCatalog(request, CatalogAnswers.Config, cancellation);

    public Task<IResult> CatalogNamespaces(HttpRequest request, CancellationToken cancellation) => AnswerCatalog(request, CatalogAnswers.Namespaces, cancellation);

    public Task<IResult> CatalogNamespace(HttpRequest request, CancellationToken cancellation) => AnswerCatalog(request, CatalogAnswers.Namespace, cancellation);

    public Task<IResult> CatalogTables(HttpRequest request, CancellationToken cancellation) => AnswerCatalog(request, CatalogAnswers.Tables, cancellation);

    public Task<IResult> CatalogTable(HttpRequest request, CancellationToken cancellation) => AnswerCatalog(request, CatalogAnswers.Table, cancellation);

    public Task<IResult> CatalogViews(HttpRequest request, CancellationToken cancellation) => AnswerCatalog(request, CatalogAnswers.Views, cancellation);

    public Task<IResult> CatalogOther(HttpRequest request, CancellationToken cancellation) => AnswerCatalog(request, CatalogAnswers.Other, cancellation);

    private Task<IResult> Answer(HttpRequest request, Func<ApiCall, CancellationToken, Task<IResult>> answer, CancellationToken cancellation) =>
        Answer(request, answer, problem => new JsonAnswer<Problem>(problem.Status, problem.ToProblem(), "application/problem+json"), cancellation);

    private Task<IResult> AnswerCatalog(HttpRequest request, Func<ApiCall, CancellationToken, Task<IResult>> answer, CancellationToken cancellation) =>
        Answer(request, answer, problem => new JsonAnswer<CatalogError>(problem.Status, CatalogError.Of(problem)), cancellation);

    private async Task<IResult> Answer(HttpRequest request, Func<ApiCall, CancellationToken, Task<IResult>> answer, Func<ProblemException, IResult> refuse, CancellationToken cancellation)
    {
        try
        {
            return await answer(new ApiCall(site, client, request), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // The outermost place: what a caller sees of an error is decided here.
            if (ProblemReader.Read(e) is { } problem)
            {
                return refuse(problem);
            }

            string id = request.HttpContext.TraceIdentifier;
            site.Logger.LogError(e, "{Method} {Path} failed ({Id}).", request.Method, request.Path.Value, id);
            return refuse(new(StatusCodes.Status500InternalServerError, "unforeseen", $"Something unforeseen happened ({id}).", "The server's log says what, under this id. It is a fault of mammoth: report it."));
        }
    }
}
