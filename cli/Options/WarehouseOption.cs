using System.CommandLine;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;

namespace Mammoth.Cli.Options;

/// <summary>The option <c>--warehouse</c>, and <c>MAMMOTH_WAREHOUSE</c> in its place.</summary>
internal static class WarehouseOption
{
    public const string Variable = "MAMMOTH_WAREHOUSE";

    public static Option<string?> Create() => new("--warehouse", "-w")
    {
        Description = $"Where the tables lie: a folder, file://…, abfss://container@account.dfs.core.windows.net/folder or https://account.blob.core.windows.net/container/folder. Else {Variable}.",
        HelpName = "place",
    };

    /// <summary>The place that the option or the environment names.</summary>
    /// <exception cref="UsageException">Neither names one.</exception>
    /// <exception cref="WarehouseFormatException">What is named is no place for a warehouse.</exception>
    public static Warehouse Of(string? given) =>
        (string.IsNullOrWhiteSpace(given) ? Environment.GetEnvironmentVariable(Variable) : given) is { Length: > 0 } text
            ? Warehouse.Open(text)
            : throw new UsageException("No warehouse is named.", $"Give --warehouse ./lake, or set {Variable}.");

    /// <summary>The catalog at that place, for reading.</summary>
    public static async Task<(Warehouse Place, StorageCatalog Catalog)> OpenAsync(string? given, CancellationToken cancellationToken)
    {
        Warehouse place = Of(given);
        return (place, await StorageCatalog.Open(place.Io, place.Root, readOnly: true, cancellationToken));
    }
}
