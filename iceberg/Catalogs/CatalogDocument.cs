using System.Text.Json;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Catalogs;

/// <summary>
/// The warehouse's catalog: for every table, which immutable metadata file is its current state. One conditional write of it moves any number of tables.
/// </summary>
internal sealed record CatalogDocument
{
    private const int Version = 1;

    /// <summary>How many commit ids are remembered, for those whose outcome somebody still has to find out.</summary>
    private const int RememberedCommits = 1000;

    public required Guid WarehouseId { get; init; }
    public required IReadOnlyDictionary<TableIdentifier, CatalogEntry> Tables { get; init; }

    /// <summary>The ids of the last commits, oldest first.</summary>
    public required IReadOnlyList<string> Commits { get; init; }

    public static CatalogDocument Empty => new() { WarehouseId = Guid.NewGuid(), Tables = new Dictionary<TableIdentifier, CatalogEntry>(), Commits = [] };

    public bool Has(string commitId) => Commits.Contains(commitId);

    public CatalogDocument With(IEnumerable<CatalogEntry> moved, string commitId)
    {
        var tables = new Dictionary<TableIdentifier, CatalogEntry>(Tables);
        foreach (var entry in moved)
            tables[entry.Identifier] = entry;
        return this with { Tables = tables, Commits = [.. Commits.TakeLast(RememberedCommits - 1), commitId] };
    }

    public byte[] Write()
    {
        var node = new JsonObject
        {
            ["mammoth-catalog"] = Version,
            ["warehouse-id"] = WarehouseId.ToString(),
            ["tables"] = new JsonArray([.. Tables.Values.OrderBy(entry => entry.Identifier).Select(entry => new JsonObject
            {
                ["namespace"] = entry.Identifier.Namespace,
                ["name"] = entry.Identifier.Name,
                ["version"] = entry.Version,
                ["metadata"] = entry.MetadataPath,
                ["location"] = entry.Location,
            })]),
            ["commits"] = new JsonArray([.. Commits.Select(id => JsonValue.Create(id))]),
        };
        return JsonSerializer.SerializeToUtf8Bytes(node, JsonText.Compact);
    }

    /// <exception cref="FormatException">The bytes are no catalog, or one of a newer version.</exception>
    public static CatalogDocument Read(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonText.Parse(bytes, "catalog");
        return JsonText.Checked("catalog", () => Read(document.RootElement));
    }

    private static string Location(JsonElement table) => table.RequiredText("location") is var location && location.Contains("://", StringComparison.Ordinal)
        ? location
        : throw new FormatException($"'location' has a value of the wrong kind: '{location}' is no full URI.");

    private static CatalogDocument Read(JsonElement json)
    {
        var version = json.RequiredInt("mammoth-catalog");
        if (version != Version)
            throw new FormatException($"The catalog has version {version}; this program knows version {Version}. Use a newer Mammoth.");
        var tables = json.RequiredItems("tables").Select(table => new CatalogEntry(
            new(table.RequiredText("namespace"), table.RequiredText("name")),
            table.RequiredInt("version"),
            table.RequiredText("metadata"),
            Location(table)));
        return new()
        {
            WarehouseId = json.RequiredGuid("warehouse-id"),
            Tables = tables.ToDictionary(entry => entry.Identifier),
            Commits = [.. json.RequiredItems("commits").Select(id => id.AsText("commits"))],
        };
    }
}

/// <param name="MetadataPath">The metadata file, relative to the warehouse's root.</param>
/// <param name="Location">The table's folder, as a full URI.</param>
internal sealed record CatalogEntry(TableIdentifier Identifier, int Version, string MetadataPath, string Location);
