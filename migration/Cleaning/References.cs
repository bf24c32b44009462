using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.LargeValues;

namespace Mammoth.Migration.Cleaning;

/// <summary>All that any metadata file of a warehouse names, of whichever version and whoever wrote it, and what those files name in turn.</summary>
internal sealed class References
{
    private const int InFlight = 8;

    private readonly ConcurrentDictionary<string, bool> _named = new(StringComparer.Ordinal);

    /// <summary>Names of files that were named from elsewhere: engines spell one place in several ways (<c>file:/</c>, <c>wasbs://</c>, a path without a scheme).</summary>
    private readonly ConcurrentDictionary<string, bool> _elsewhere = new(StringComparer.Ordinal);

    private readonly string _root;

    /// <summary>Folders that are known to be tables: the catalog's, and those with metadata of whoever wrote them.</summary>
    private readonly HashSet<string> _tables = new(StringComparer.Ordinal);

    private References(string root) => _root = $"{root}/";

    /// <summary>Whether a file lies in a table's folder.</summary>
    public bool IsOfTable(string location) => Folder(location) is { } folder && _tables.Contains(folder);

    public bool Has(string location) => _named.ContainsKey(location) || _elsewhere.ContainsKey(FileName(location));

    /// <exception cref="CatalogException">Something that is named can't be read: what it names is not known, and nothing may be deleted.</exception>
    public static async Task<References> Read(IFileIO io, StorageCatalog catalog, IReadOnlyList<FileEntry> listed, CancellationToken cancellation)
    {
        var references = new References(catalog.Root);
        IReadOnlyList<LoadedTable> tables = await catalog.LoadAll(cancellation);
        string own = $"{catalog.Root}/_mammoth/metadata/";
        var current = tables.ToDictionary(t => t.Metadata.TableUuid);
        if (listed.FirstOrDefault(f => f.Location.EndsWith(".metadata.json.gz", StringComparison.Ordinal) || f.Location.EndsWith(".gz.metadata.json", StringComparison.Ordinal)) is { } compressed)
        {
            throw new CatalogException($"{compressed.Location} is compressed and not read here, so it is not known what it names.");
        }

        references._tables.UnionWith(tables.Select(t => t.Metadata.Location.TrimEnd('/')));
        references._tables.UnionWith(listed.Where(f => f.Location.EndsWith(".metadata.json", StringComparison.Ordinal)).Select(f => Folder(f.Location)).OfType<string>());
        string[] decided = [.. tables.Select(t => t.MetadataLocation)];
        IEnumerable<(string Location, string? Mirror)> others = listed.Select(f => f.Location)
            .Where(f => f.EndsWith(".metadata.json", StringComparison.Ordinal))
            .Except(decided)
            .Select(f => (Location: f, MayBeDecided: MayBeDecided(f, own, current, out string? mirror), Mirror: mirror))
            .Where(f => f.MayBeDecided)
            .Select(f => (f.Location, f.Mirror));
        foreach (FileEntry file in listed.Where(f => LargeValueFolder.IsShared(f.Location)))
        {
            // A run may be about to refer to it, by its hash, whoever did before.
            references.Name(file.Location);
        }

        // The catalog's first: what they name must be there, and is then not passed over because another version names it, too.
        await ForAll(decided, (file, token) => references.Metadata(io, file, isCurrent: true, token), cancellation);
        await ForAll(others, (file, token) => references.Metadata(io, file.Location, isCurrent: false, token, file.Mirror), cancellation);
        return references;
    }

    /// <summary>
    /// Whether a metadata file may ever have been a table's state. Of our own, that is so below the table's version: then its mirror has the same bytes, for no commit goes on where it has not.
    /// </summary>
    /// <param name="mirror">Where the mirror of such a version lies; it may have been expired since.</param>
    private static bool MayBeDecided(string location, string own, Dictionary<Guid, LoadedTable> current, out string? mirror)
    {
        mirror = null;
        if (!location.StartsWith(own, StringComparison.Ordinal) || location[own.Length..].Split('/') is not [var table, var file] || !Guid.TryParse(table, out Guid uuid))
        {
            return true;
        }

        if (!current.TryGetValue(uuid, out LoadedTable? known))
        {
            return false;
        }

        if (!int.TryParse(file.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int version))
        {
            return true;
        }

        mirror = string.Create(CultureInfo.InvariantCulture, $"{known.Location}/metadata/v{version}.metadata.json");
        return version < known.Version;
    }

    /// <param name="mirror">A file that has the same bytes where the metadata was ever decided, as far as it is still there.</param>
    private async Task Metadata(IFileIO io, string location, bool isCurrent, CancellationToken cancellation, string? mirror = null)
    {
        if (await io.Read(location, cancellation) is not { } content)
        {
            // Deleted since the listing; the catalog's own can't be.
            if (isCurrent)
            {
                throw new CatalogException($"{location} is gone.");
            }

            return;
        }

        if (mirror is not null && await io.Read(mirror, cancellation) is { } decided && !decided.Bytes.Span.SequenceEqual(content.Bytes.Span))
        {
            // An attempt that lost to another.
            return;
        }

        try
        {
            Name(location);
            using (JsonDocument document = JsonDocument.Parse(content.Bytes))
            {
                // Every text in it that may be a place: statistics, earlier metadata, and what later versions of the format bring.
                Texts(document.RootElement);
            }

            foreach (Snapshot snapshot in TableMetadataJson.Read(content.Bytes).Snapshots)
            {
                await Snapshot(io, snapshot, isCurrent, cancellation);
            }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new CatalogException($"{location} can't be read, so it is not known what it names: {e.Message}", e);
        }
    }

    private async Task Snapshot(IFileIO io, Snapshot snapshot, bool mustBeThere, CancellationToken cancellation)
    {
        IReadOnlyList<ManifestFile> manifests;
        try
        {
            // Versions of a table share their snapshots.
            if (snapshot.ManifestList.Length > 0 && !_named.TryAdd($"list {snapshot.ManifestList}", true))
            {
                return;
            }

            manifests = await ManifestList.Read(io, snapshot, cancellation);
        }
        catch (FileNotFoundException) when (!mustBeThere)
        {
            // An earlier version's snapshot that was expired since.
            return;
        }

        try
        {
            await foreach (string file in SnapshotLargeValues.Files(io, snapshot, cancellation))
            {
                Name(file);
            }
        }
        catch (FileNotFoundException) when (!mustBeThere)
        {
            // As above; its data files are named all the same.
        }

        foreach (ManifestFile manifest in manifests.Where(m => _named.TryAdd($"manifest {m.Path}", true)))
        {
            Name(manifest.Path);
            try
            {
                await foreach (ManifestEntry entry in ManifestReader.Read(io, manifest, cancellation))
                {
                    Name(entry.File.FilePath);
                }
            }
            catch (FileNotFoundException) when (!mustBeThere)
            {
                // As above.
            }
        }
    }

    /// <summary>The table's folder of a file below its <c>data</c> or <c>metadata</c>; null where it is in neither.</summary>
    private static string? Folder(string location)
    {
        int at = Math.Max(location.LastIndexOf("/data/", StringComparison.Ordinal), location.LastIndexOf("/metadata/", StringComparison.Ordinal));
        return at < 0 ? null : location[..at];
    }

    private void Name(string text)
    {
        _named[text] = true;
        if (!text.StartsWith(_root, StringComparison.Ordinal))
        {
            _elsewhere[FileName(text)] = true;
        }
    }

    private static string FileName(string location) => location[(location.LastIndexOf('/') + 1)..];

    private void Texts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String when element.GetString() is { } text && text.Contains('/', StringComparison.Ordinal):
                Name(text);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Texts(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Texts(property.Value);
                }

                break;
        }
    }

    private static Task ForAll<T>(IEnumerable<T> files, Func<T, CancellationToken, Task> read, CancellationToken cancellation) =>
        Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation }, async (file, token) => await read(file, token));
}
