using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Tests.Runtime.Probes;

/// <summary>
/// The probes by HTTP, for the conformance suite: what <c>IConformanceHost</c> asks, for a host that is somewhere else.
/// Statuses: 409 is a running id, 404 an absent one.
/// </summary>
public static class ProbeEndpoints
{
    public static Task<IResult> Start(IOrchestrationClient client, HttpRequest request) => Answer(async () =>
        await client.Start(Part(request, "name"), Part(request, "id"), await Body(request), request.HttpContext.RequestAborted));

    public static Task<IResult> Raise(IOrchestrationClient client, HttpRequest request) => Answer(async () =>
        await client.Raise(Part(request, "id"), Part(request, "name"), await Body(request), request.HttpContext.RequestAborted));

    public static Task<IResult> Act(IOrchestrationClient client, HttpRequest request) => Answer(() => (Part(request, "id"), Part(request, "action")) switch
    {
        (var id, "suspend") => client.Suspend(id),
        (var id, "resume") => client.Resume(id),
        (var id, "terminate") => client.Terminate(id, "The test asked for it."),
        (_, var action) => throw new BadHttpRequestException($"There is no '{action}'."),
    });

    public static async Task<IResult> Status(IOrchestrationClient client, HttpRequest request) =>
        await client.Status(Part(request, "id"), request.HttpContext.RequestAborted) is { } status
            ? Results.Content(JsonSerializer.Serialize(status, Payload.Options), "application/json")
            : Results.NotFound();

    private static async Task<IResult> Answer(Func<Task> call)
    {
        try
        {
            await call();
            return Results.Accepted();
        }
        catch (InstanceConflictException e)
        {
            return Results.Conflict(e.Message);
        }
        catch (InstanceNotFoundException e)
        {
            return Results.NotFound(e.Message);
        }
    }

    private static async Task<JsonElement> Body(HttpRequest request) =>
        await JsonSerializer.DeserializeAsync<JsonElement>(request.Body, Payload.Options, request.HttpContext.RequestAborted);

    private static string Part(HttpRequest request, string name) => (string)request.RouteValues[name]!;
}
