using System.Globalization;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Connections;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Functions.Settings;

/// <summary>What the app works on, from its settings: one source and one warehouse, as for the command.</summary>
public sealed class AppSite
{
    public const string Source = "MAMMOTH_SOURCE";
    public const string Warehouse = "MAMMOTH_WAREHOUSE";

    /// <summary>How many connections reads may hold at a time, over all instances.</summary>
    public const string Connections = "MAMMOTH_CONNECTIONS";

    /// <summary>When recovery is rehearsed, and</summary>
    public const string RehearsalSchedule = "MAMMOTH_REHEARSAL_SCHEDULE";

    /// <summary>that it is not.</summary>
    public const string RehearsalDisabled = "AzureWebJobs.RehearseOnSchedule.Disabled";

    /// <summary>
    /// Two holders, on different workers where there are several: a worker may be taken away at any time. A shift is far shorter than what the platform
    /// promises a worker that it wants back (10 minutes).
    /// </summary>
    private static readonly Holding ByTwo = new(2, TimeSpan.FromMinutes(5));

    private AppSite(MigrationSite site, int connections)
    {
        Migration = site;
        Defaults = new MigrationOptions { Slots = Math.Max(2, (int)Math.Ceiling(Math.Sqrt(connections))) };
    }

    public MigrationSite Migration { get; }

    /// <summary>
    /// What a request asks for that says nothing else. Slots are tables side by side, and chunks of each: with their square near the connections few copies
    /// wait, which costs as much as copying.
    /// </summary>
    public MigrationOptions Defaults { get; }

    /// <param name="setting">The app's settings, by name.</param>
    /// <param name="progress">Who is told what happens in the runs.</param>
    /// <exception cref="UsageException">A setting is missing.</exception>
    public static async Task<AppSite> Open(Func<string, string?> setting, IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentNullException.ThrowIfNull(progress);
        string source = ConnectionText.Parse(Required(setting, Source)).ConnectionString;
        var place = Iceberg.IO.Warehouse.Open(Required(setting, Warehouse));
        StorageCatalog catalog = await StorageCatalog.Open(place.Io, place.Root, readOnly: false, cancellation);
        int connections = Number(setting, Connections, otherwise: 16);
        var budget = new ConnectionBudget(place.Io, place.Root, connections, TimeProvider.System);
        foreach (string warning in catalog.Warnings)
        {
            progress.Report(new ProgressEvent.Warning(warning));
        }

        return new AppSite(new MigrationSite(source, place.Io, catalog, progress) { Budget = budget, Holding = ByTwo, Rehearsals = Rehearsals(setting) }, connections);
    }

    /// <summary>Everything that has a function.</summary>
    internal Registry Registry()
    {
#if WITH_PROBES
        return Mammoth.Tests.Runtime.Probes.Registrations.Registry().AddMigrations(Migration);
#else
        return new Registry().AddMigrations(Migration);
#endif
    }

    /// <exception cref="UsageException">There is a schedule of rehearsals and no server for them.</exception>
    private static RehearsalServer? Rehearsals(Func<string, string?> setting)
    {
        if (setting(RehearsalServer.Variable) is { Length: > 0 } target)
        {
            return new RehearsalServer(target);
        }

        // An expression must stand there all the same where the timer is off.
        bool isOn = setting(RehearsalSchedule) is { Length: > 0 } && !string.Equals(setting(RehearsalDisabled), "true", StringComparison.OrdinalIgnoreCase);
        return isOn ? throw RehearsalServer.Missing : null;
    }

    private static string Required(Func<string, string?> setting, string name) => setting(name) is { Length: > 0 } value
        ? value
        : throw new UsageException($"The app's setting {name} is missing.", "docs/deploy.md says what it holds.");

    private static int Number(Func<string, string?> setting, string name, int otherwise) => setting(name) switch
    {
        null or "" => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 1000 => number,
        var text => throw new UsageException($"The app's setting {name} is '{text}'.", "It is a number from 1 to 1000."),
    };
}
