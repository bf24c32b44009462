using Mammoth.Orchestrations.Local;
using Mammoth.Tests.Runtime.Probes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mammoth.Tests.Runtime.Conformance;

/// <summary>
/// The suite by HTTP. Where <c>MAMMOTH_TEST_FUNCTIONS</c> gives an address it asks the app that runs there (a build with <c>-p:WithProbes=true</c>;
/// a key in <c>MAMMOTH_TEST_FUNCTIONS_KEY</c>); elsewhere the local runtime behind the same routes, so that what stands between is tested always.
/// </summary>
public sealed class HttpConformance : HostConformance
{
    protected override async Task<IConformanceHost> Host() =>
        Environment.GetEnvironmentVariable("MAMMOTH_TEST_FUNCTIONS") is { Length: > 0 } address
            ? new HttpConformanceHost(new Uri(address), Environment.GetEnvironmentVariable("MAMMOTH_TEST_FUNCTIONS_KEY"), TimeSpan.FromMinutes(5))
            : await LocalServer.Start();

    private sealed class LocalServer(WebApplication application, LocalHost host, DirectoryInfo folder, Uri address)
        : HttpConformanceHost(address, null, TimeSpan.FromMinutes(1))
    {
        internal static async Task<LocalServer> Start()
        {
            var folder = Directory.CreateTempSubdirectory("mammoth-conformance-");
            var host = await LocalHost.Open(Path.Combine(folder.FullName, "journal.db"), Registrations.Registry(), new LocalOptions { Flush = false });
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var application = builder.Build();
            application.Urls.Add("http://127.0.0.1:0");
            application.MapPost("/probes/start/{name}/{id}", (HttpRequest r) => ProbeEndpoints.Start(host, r));
            application.MapPost("/probes/raise/{name}/{id}", (HttpRequest r) => ProbeEndpoints.Raise(host, r));
            application.MapPost("/probes/act/{action}/{id}", (HttpRequest r) => ProbeEndpoints.Act(host, r));
            application.MapGet("/probes/status/{id}", (HttpRequest r) => ProbeEndpoints.Status(host, r));
            await application.StartAsync();
            return new(application, host, folder, new Uri(application.Urls.Single()));
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await application.DisposeAsync();
            await host.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }
}
