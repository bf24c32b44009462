using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>A warehouse as one who knows no catalog finds it: by the folders of its tables.</summary>
internal sealed class TestWarehouse
{
    private readonly AzuriteContainer? container;
    private readonly string directory;

    private TestWarehouse(string argument, Warehouse warehouse, string directory, AzuriteContainer? container)
    {
        Argument = argument;
        Io = warehouse.Io;
        Root = warehouse.Root;
        this.directory = directory;
        this.container = container;
    }

    /// <summary>What <c>--warehouse</c> takes.</summary>
    public string Argument { get; }

    public IFileIO Io { get; }

    public string Root { get; }

    /// <param name="directory">A folder for the warehouse and for what ClickHouse answers.</param>
    public static TestWarehouse Local(string directory, string name = "warehouse")
    {
        var path = Path.Combine(directory, name);
        return new(path, Warehouse.Open(path), directory, null);
    }

    public static TestWarehouse Azure(AzuriteContainer container, string directory) => new($"{container.Url}/lake", Warehouse.Open($"{container.Url}/lake"), directory, container);

    /// <summary>The table's metadata, found by its version hint.</summary>
    public async Task<TableMetadata> Metadata(string location, CancellationToken cancellation)
    {
        var hint = await Io.Read($"{location}/metadata/version-hint.text", cancellation) ?? throw new FileNotFoundException($"{location} has no version hint.");
        var version = System.Text.Encoding.ASCII.GetString(hint.Bytes.Span).Trim();
        var metadata = await Io.Read($"{location}/metadata/v{version}.metadata.json", cancellation) ?? throw new FileNotFoundException($"{location} has no version {version}.");
        return TableMetadataJson.Read(metadata.Bytes);
    }

    /// <summary>The table as of a tag, or as it is.</summary>
    public async Task<WrittenTable> Written(string location, string? tag, CancellationToken cancellation)
    {
        var metadata = await Metadata(location, cancellation);
        var snapshot = tag is null ? metadata.CurrentSnapshot! : metadata.FindSnapshot(tag) ?? throw new KeyNotFoundException($"{location} has no tag {tag}.");
        var files = new List<string>();
        foreach (var manifest in await ManifestList.Read(Io, snapshot, cancellation))
            await foreach (var entry in ManifestReader.Read(Io, manifest, cancellation))
                if (entry.IsLive)
                    files.Add(await OnThisMachine(entry.File.FilePath, cancellation));
        return new(metadata.SchemaOf(snapshot), files, ClickHouse(location), directory, tag is null ? null : snapshot.SnapshotId);
    }

    /// <summary>Every file below the root but a run's own records, with its length.</summary>
    public async Task<SortedDictionary<string, long>> Files(CancellationToken cancellation)
    {
        var files = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await foreach (var file in Io.List($"{Root}/", cancellation))
            if (!file.Location.Contains("/_mammoth/runs/", StringComparison.Ordinal))
                files[file.Location[Root.Length..]] = file.Length;
        return files;
    }

    /// <summary>Tables that a reader without a catalog would find.</summary>
    public async Task<IReadOnlyList<string>> VisibleTables(CancellationToken cancellation) =>
        [.. (await Files(cancellation)).Keys.Where(f => f.EndsWith("/metadata/version-hint.text", StringComparison.Ordinal))];

    private string ClickHouse(string location) => container is null
        ? $"icebergLocal({ClickHouseText.Literal(LocalPath.Of(location))})"
        : $"icebergAzure({ClickHouseText.Literal(container.ConnectionString)}, {ClickHouseText.Literal(container.Name)}, {ClickHouseText.Literal($"lake{location[Root.Length..]}")})";

    private async Task<string> OnThisMachine(string location, CancellationToken cancellation)
    {
        if (container is null)
            return LocalPath.Of(location);
        var path = Path.Combine(directory, "fetched", Path.GetFileName(location));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var from = await Io.OpenRead(location, cancellation);
        await using var to = File.Create(path);
        await from.CopyToAsync(to, cancellation);
        return path;
    }
}
