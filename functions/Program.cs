using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Mammoth.Api.Runs;
using Mammoth.Functions.Durable;
using Mammoth.Functions.Http;
using Mammoth.Functions.Settings;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();

// With telemetryMode OpenTelemetry in host.json the host and this worker each export their own part, joined by the trace's id.
builder.Logging.AddOpenTelemetry(logs =>
{
    logs.IncludeScopes = true;

    // Else the log shows the sentence without its parts.
    logs.IncludeFormattedMessage = true;
});
var telemetry = builder.Services.AddOpenTelemetry().UseFunctionsWorkerDefaults();
if (Environment.GetEnvironmentVariable("APPLICATIONINSIGHTS_CONNECTION_STRING") is { Length: > 0 })
{
    // Without local authentication it takes telemetry of the app's identity only, which AZURE_CLIENT_ID names.
    telemetry.UseAzureMonitorExporter(options =>
        options.Credential = Environment.GetEnvironmentVariable("APPLICATIONINSIGHTS_AUTHENTICATION_STRING") is { Length: > 0 } ? new DefaultAzureCredential() : null);
}

// Without a source and a warehouse nothing here can work: better to say so now than in every answer.
// What happens in the runs goes to the worker's log, which there is when the worker is built.
LaterProgress progress = new();
var site = await AppSite.Open(Environment.GetEnvironmentVariable, progress, CancellationToken.None);
builder.Services.AddSingleton(site);
builder.Services.AddSingleton(site.Registry());
builder.Services.AddSingleton<DurableHost>();
builder.Services.AddSingleton<ApiHost>();

var worker = builder.Build();
progress.To(new LogProgress(worker.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Mammoth")));
await worker.RunAsync();
