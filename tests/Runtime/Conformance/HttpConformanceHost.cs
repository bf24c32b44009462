using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Conformance;

/// <summary>A host that is somewhere else, asked by the routes of <see cref="Probes.ProbeEndpoints"/>.</summary>
internal class HttpConformanceHost(Uri address, string? key, TimeSpan patience) : IConformanceHost
{
    private readonly HttpClient client = Client(address, key);

    public async Task Start(string name, string instanceId, JsonElement input)
    {
        using var answer = await client.PostAsync(new Uri($"/probes/start/{name}/{instanceId}", UriKind.Relative), JsonContent.Create(input), TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.Conflict)
            throw new InstanceConflictException(instanceId);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<Ended> WaitForEnd(string instanceId)
    {
        for (var until = DateTime.UtcNow + patience; DateTime.UtcNow < until; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            // A host that takes its time may not have begun it.
            if (await Find(instanceId) is { HasEnded: true } status)
                return new(status.State, status.Output ?? (status.State == InstanceState.Completed ? Payload.Null : null), status.Failure);
        }

        throw new TimeoutException($"'{instanceId}' did not end within {patience}: {await Find(instanceId)}");
    }

    public async Task<InstanceState> State(string instanceId) => (await Find(instanceId))!.State;

    public async Task<JsonElement?> Custom(string instanceId) => (await Find(instanceId))?.Custom;

    public Task Raise(string instanceId, string name, JsonElement payload) => Post($"/probes/raise/{Uri.EscapeDataString(name)}/{instanceId}", instanceId, payload);

    public Task Cancel(string instanceId) => Raise(instanceId, Turn.CancelEvent, Payload.Null);

    public Task Suspend(string instanceId) => Post($"/probes/act/suspend/{instanceId}", instanceId, Payload.Null);

    public Task Resume(string instanceId) => Post($"/probes/act/resume/{instanceId}", instanceId, Payload.Null);

    public Task Terminate(string instanceId) => Post($"/probes/act/terminate/{instanceId}", instanceId, Payload.Null);

    public virtual ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static HttpClient Client(Uri address, string? key)
    {
        var client = new HttpClient { BaseAddress = address };
        if (key is not null)
            client.DefaultRequestHeaders.Add("x-functions-key", key);
        return client;
    }

    private async Task Post(string path, string instanceId, JsonElement body)
    {
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), JsonContent.Create(body), TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            throw new InstanceNotFoundException(instanceId);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<InstanceStatus?> Find(string instanceId)
    {
        using var answer = await client.GetAsync(new Uri($"/probes/status/{instanceId}", UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<InstanceStatus>(Payload.Options, TestContext.Current.CancellationToken);
    }
}
