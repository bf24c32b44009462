using System.Net;
using Mammoth.Api;
using Mammoth.Api.Routes;
using Mammoth.Api.Runs;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Runs;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Spectre.Console;

namespace Mammoth.Cli.Serve;

/// <summary>The API on this machine: the local runtime with one journal for all runs, behind ASP.NET Core.</summary>
internal static class Server
{
    /// <summary>Bytes of a body that are read at all, before the connection is closed on who sends it. The API refuses smaller ones with an answer.</summary>
    private const long BodyLimit = 16 << 20;

    /// <summary>Serves until it is asked to stop; what runs then goes on with the next start.</summary>
    public static async Task RunAsync(Terminal terminal, ServeSettings settings, CancellationToken cancellationToken)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(logging => Configure(logging));
        StorageCatalog catalog = await StorageCatalog.Open(settings.Warehouse.Io, settings.Warehouse.Root, readOnly: false, cancellationToken);
        LogProgress progress = new(loggers.CreateLogger("Mammoth"));
        foreach (string warning in catalog.Warnings)
            progress.Report(new ProgressEvent.Warning(warning));

        MigrationSite migration = new(settings.Source, settings.Warehouse.Io, catalog, progress)
        {
            Rehearsals = settings.RehearsalTarget is { } target ? new RehearsalServer(target) : null,
        };
        string state = settings.StateFolder ?? Path.Combine(StateFolder.For(settings.Warehouse), "serve");

        // Beside the copies: the snapshot's holder, whoever waits for it, and what a verification, a drift check or a dry run does meanwhile.
        LocalOptions local = new() { MaxActivities = settings.Defaults.Slots + 4, Loggers = loggers };
        await using LocalHost runtime = await LocalHost.Open(Path.Combine(state, "journal.db"), new Registry().AddMigrations(migration), local, cancellationToken);
        ApiSite site = new(migration, settings.Defaults, TimeProvider.System, loggers);
        await using WebApplication app = Build(settings, site, runtime);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new UsageException($"{settings.Listen} is in use by another program.", "Give --listen another port; 0 takes one that is free.");
        }

        Announce(terminal, settings, app);
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine("Stopping: what runs goes on with the next start.");
        }

        await app.StopAsync(CancellationToken.None);
    }

    private static WebApplication Build(ServeSettings settings, ApiSite site, LocalHost runtime)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(Server).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit;
            kestrel.Limits.MaxConcurrentConnections = 1000;
            kestrel.Listen(settings.Listen);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        Configure(builder.Logging);
        builder.Services.AddSingleton(settings).AddSingleton(site).AddSingleton<IOrchestrationClient>(runtime);
        Schedule(builder.Services, settings.Schedule, "migration", async (due, cancellation) => await ScheduledRuns.Migration(site, runtime, due, cancellation));
        Schedule(builder.Services, settings.VerificationSchedule, "verification", async (due, cancellation) => await ScheduledRuns.Verification(site, runtime, due, cancellation));
        Schedule(builder.Services, settings.DriftSchedule, "drift check", async (due, cancellation) => await ScheduledRuns.Drift(site, runtime, due, cancellation));
        Schedule(builder.Services, settings.MaintenanceSchedule, "maintenance", async (due, cancellation) => await ScheduledRuns.Maintenance(runtime, due, cancellation));

        Schedule(builder.Services, settings.RehearsalSchedule, "rehearsal", async (due, cancellation) => await ScheduledRuns.Rehearsal(site, runtime, due, cancellation));

        if (settings.Tokens is { } tokens)
            builder.Services.AddAuthentication().AddJwtBearer(bearer => Configure(bearer, tokens));

        WebApplication app = builder.Build();
        app.UseStatusCodePages(pages => Gate.ExplainAsync(pages.HttpContext));
        app.UseRouting();
        app.UseMiddleware<Gate>();
        app.MapMammoth(site, runtime);
        return app;
    }

    private static void Schedule(IServiceCollection services, Schedule? schedule, string what, Func<DateTimeOffset, CancellationToken, Task<string?>> begin)
    {
        if (schedule is not null)
            services.AddSingleton<IHostedService>(s => new ScheduledStarts(schedule, what, begin, s.GetRequiredService<ApiSite>().Time, s.GetRequiredService<ILogger<ScheduledStarts>>()));
    }

    private static void Configure(JwtBearerOptions bearer, TokenSettings tokens)
    {
        bearer.Authority = tokens.Authority;
        bearer.Audience = tokens.Audience;
        bearer.MapInboundClaims = false;
        bearer.TokenValidationParameters.RoleClaimType = "roles";

        // Checked where the settings are read: https, or this machine.
        bearer.RequireHttpsMetadata = false;
    }

    private static void Configure(ILoggingBuilder logging) => logging
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        })
        .AddFilter("Microsoft", LogLevel.Warning)
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

    private static void Announce(Terminal terminal, ServeSettings settings, WebApplication app)
    {
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        terminal.Out.MarkupLineInterpolated($"Listening on {address} for {settings.Warehouse.Root}");
        if (!IPAddress.IsLoopback(settings.Listen.Address))
            terminal.Error.MarkupLineInterpolated($"[yellow]Keys travel unencrypted over HTTP: put a proxy with TLS in front.[/]");

        if (settings.Schedule is { } schedule)
            terminal.Error.MarkupLineInterpolated($"Migrates by itself: {schedule.Text} (UTC), next at {schedule.After(DateTimeOffset.UtcNow):u}.");

        if (settings.VerificationSchedule is { } verification)
            terminal.Error.MarkupLineInterpolated($"Verifies by itself: {verification.Text} (UTC), next at {verification.After(DateTimeOffset.UtcNow):u}.");

        if (settings.DriftSchedule is { } drift)
            terminal.Error.MarkupLineInterpolated($"Looks for schema drift by itself: {drift.Text} (UTC), next at {drift.After(DateTimeOffset.UtcNow):u}.");

        if (settings.MaintenanceSchedule is { } maintenance)
            terminal.Error.MarkupLineInterpolated($"Cleans by itself: {maintenance.Text} (UTC), next at {maintenance.After(DateTimeOffset.UtcNow):u}.");

        if (settings.RehearsalSchedule is { } rehearsal)
            terminal.Error.MarkupLineInterpolated($"Rehearses recovery by itself: {rehearsal.Text} (UTC), next at {rehearsal.After(DateTimeOffset.UtcNow):u}.");
    }
}
