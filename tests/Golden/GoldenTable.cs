using System.Runtime.CompilerServices;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Golden;

/// <summary>A table that the reference implementation wrote, in this folder (see its README).</summary>
internal sealed class GoldenTable(string name)
{
    private const string WrittenAt = "abfss://lake@devstoreaccount1.dfs.core.windows.net/golden";

    /// <summary>How many metadata files each has.</summary>
    public const int Versions = 5;

    /// <summary>Finds the locations that the metadata names in this folder.</summary>
    public static IFileIO IO { get; } = new MappedFileIO(new LocalFileIO(), WrittenAt, LocalPath.ToLocation(Here()));

    /// <summary>The table's folder.</summary>
    public string Folder { get; } = Path.Combine(Here(), name);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Where a file is that the metadata names.</summary>
    public static string PathOf(string location) => location.StartsWith(WrittenAt, StringComparison.Ordinal)
        ? Here() + location[WrittenAt.Length..]
        : throw new ArgumentException($"{location} is not below {WrittenAt}.", nameof(location));

    /// <summary>A version of the metadata, as it lies in the folder.</summary>
    public Task<byte[]> MetadataFile(int version) => File.ReadAllBytesAsync(Path.Combine(Folder, "metadata", $"v{version}.metadata.json"), Cancellation);

    public async Task<TableMetadata> Metadata(int version = Versions) => TableMetadataJson.Read(await MetadataFile(version));

    /// <summary>Each manifest of a snapshot with its entries.</summary>
    public static async Task<IReadOnlyList<(ManifestFile Manifest, IReadOnlyList<ManifestEntry> Entries)>> Manifests(Snapshot snapshot)
    {
        List<(ManifestFile, IReadOnlyList<ManifestEntry>)> manifests = [];
        foreach (var manifest in await ManifestList.Read(IO, snapshot, Cancellation))
            manifests.Add((manifest, await ManifestReader.Read(IO, manifest, Cancellation).ToListAsync(Cancellation)));
        return manifests;
    }

    /// <summary>The paths of the data files of a scan.</summary>
    public static async Task<IReadOnlyList<string>> Files(TableScan scan) => [.. (await scan.Plan(Cancellation)).Select(t => PathOf(t.File.FilePath))];

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
