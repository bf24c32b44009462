using System.Text.Json;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime.Conformance;

public sealed class LocalConformance : HostConformance
{
    protected override async Task<IConformanceHost> Host() => await LocalConformanceHost.Open(new LocalOptions { Flush = false });
}

/// <summary>The same, where every answer runs the code from the top.</summary>
public sealed class LocalReplayAlwaysConformance : HostConformance
{
    protected override async Task<IConformanceHost> Host() => await LocalConformanceHost.Open(new LocalOptions { Flush = false, ReplayAlways = true });
}

internal sealed class LocalConformanceHost(LocalHost host, DirectoryInfo folder) : IConformanceHost
{
    internal static async Task<LocalConformanceHost> Open(LocalOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("mammoth-conformance-");
        return new(await LocalHost.Open(Path.Combine(folder.FullName, "journal.db"), Registrations.Registry(), options), folder);
    }

    public Task Start(string name, string instanceId, JsonElement input) => host.Start(name, instanceId, input);

    public async Task<Ended> WaitForEnd(string instanceId)
    {
        var status = await host.WaitForEnd(instanceId, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));
        return new(status.State, status.Output, status.Failure);
    }

    public async Task<InstanceState> State(string instanceId) => (await host.Status(instanceId))!.State;

    public async Task<JsonElement?> Custom(string instanceId) => (await host.Status(instanceId))!.Custom;

    public Task Raise(string instanceId, string name, JsonElement payload) => host.Raise(instanceId, name, payload);

    public Task Cancel(string instanceId) => host.Cancel(instanceId);

    public Task Suspend(string instanceId) => host.Suspend(instanceId);

    public Task Resume(string instanceId) => host.Resume(instanceId);

    public Task Terminate(string instanceId) => host.Terminate(instanceId, "The test asked for it.");

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
