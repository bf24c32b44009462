using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api.Running;

/// <summary>A source, a warehouse and a folder for a server's state; gone when disposed.</summary>
internal sealed class ServedArea : IDisposable
{
    private ServedArea(SourceDatabase source, string folder, string warehouse, string key)
    {
        Source = source;
        Folder = folder;
        Warehouse = warehouse;
        Key = key;
    }

    public SourceDatabase Source { get; }

    public string Folder { get; }

    /// <summary>What <c>--warehouse</c> takes.</summary>
    public string Warehouse { get; }

    public string Key { get; }

    /// <param name="sql">What the source is to hold.</param>
    /// <param name="warehouse">Where the tables go; null: a folder.</param>
    public static async Task<ServedArea> Create(PostgresFixture postgres, string sql, string? warehouse = null)
    {
        var source = await SourceDatabase.Create(postgres, "api", sql, TestContext.Current.CancellationToken);
        string folder = Directory.CreateTempSubdirectory("mammoth-api-").FullName;
        return new(source, folder, warehouse ?? Path.Combine(folder, "lake"), await ApiServer.CreateKey(folder));
    }

    public Task<ApiServer> Serve(params IEnumerable<string> more) =>
        ApiServer.Start(Folder, Key, ["--source", Source.ConnectionString, "--warehouse", Warehouse, .. more]);

    /// <summary>The option for a configuration in which the rows of a table are filtered.</summary>
    public string[] Filter(string table, string condition) => Config($$"""{"tables": {"{{table}}": {"filter": "{{condition}}"} } }""");

    /// <summary>The same, where each chunk of a table is a copy of its own.</summary>
    public string[] FilterApart(string table, string condition) => Config($$"""{"maxCopySize": 1, "sizes": {"mediumBytes": 1}, "tables": {"{{table}}": {"filter": "{{condition}}"} } }""");

    private string[] Config(string json)
    {
        string path = Path.Combine(Folder, "config.json");
        File.WriteAllText(path, json);
        return ["--config", path];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
