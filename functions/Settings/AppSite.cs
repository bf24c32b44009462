using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Functions.Settings;

/// <summary>What the app works on, from its settings: one source and one warehouse, as for the command.</summary>
public sealed class AppSite
{
    public const string Source = "MAMMOTH_SOURCE";
    public const string Warehouse = "MAMMOTH_WAREHOUSE";

    private AppSite(MigrationSite site) => Migration = site;

    public MigrationSite Migration { get; }

    /// <param name="setting">The app's settings, by name.</param>
    /// <exception cref="UsageException">A setting is missing.</exception>
    public static async Task<AppSite> Open(Func<string, string?> setting, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(setting);
        string source = ConnectionText.Parse(Required(setting, Source)).ConnectionString;
        var place = Iceberg.IO.Warehouse.Open(Required(setting, Warehouse));
        StorageCatalog catalog = await StorageCatalog.Open(place.Io, place.Root, readOnly: false, cancellation);
        return new AppSite(new MigrationSite(source, place.Io, catalog, new NoProgress()));
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

    private static string Required(Func<string, string?> setting, string name) => setting(name) is { Length: > 0 } value
        ? value
        : throw new UsageException($"The app's setting {name} is missing.", "docs/deploy.md says what it holds.");

    /// <summary>Workers come and go, and nobody watches one: progress is in the orchestrations' status.</summary>
    private sealed class NoProgress : IProgressSink
    {
        public void Report(ProgressEvent progress)
        {
        }
    }
}
