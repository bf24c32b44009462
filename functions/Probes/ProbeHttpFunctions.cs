using Mammoth.Functions.Durable;
using Mammoth.Orchestrations.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Probed = Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Functions.Probes;

/// <summary>The probes by HTTP: the routes that the conformance suite asks when it is given this app's address.</summary>
public sealed class ProbeHttpFunctions(Registry registry)
{
    [Function("ProbeStart")]
    public Task<IResult> Start([HttpTrigger(AuthorizationLevel.Function, "post", Route = "probes/start/{name}/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        Probed.ProbeEndpoints.Start(new DurableClient(client, registry), request);

    [Function("ProbeRaise")]
    public Task<IResult> Raise([HttpTrigger(AuthorizationLevel.Function, "post", Route = "probes/raise/{name}/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        Probed.ProbeEndpoints.Raise(new DurableClient(client, registry), request);

    [Function("ProbeAct")]
    public Task<IResult> Act([HttpTrigger(AuthorizationLevel.Function, "post", Route = "probes/act/{action}/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        Probed.ProbeEndpoints.Act(new DurableClient(client, registry), request);

    [Function("ProbeStatus")]
    public Task<IResult> Status([HttpTrigger(AuthorizationLevel.Function, "get", Route = "probes/status/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        Probed.ProbeEndpoints.Status(new DurableClient(client, registry), request);
}
