using System.Text.Json;
using Mammoth.Migration.Configuration;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Types;

namespace Mammoth.Tests.Configuration;

public sealed class ConfigurationFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"mammoth-config-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task A_file_that_is_not_there_is_named_in_our_words()
    {
        string missing = Path.Combine(Path.GetTempPath(), $"mammoth-{Guid.NewGuid():N}", "mammoth.json");
        UsageException e = await Assert.ThrowsAsync<UsageException>(() => ConfigurationFile.Read(missing, new MigrationOptions(), TestContext.Current.CancellationToken));
        Assert.Equal($"There is no configuration {missing}.", e.Message);
        Assert.Contains("--config", e.WayOut, StringComparison.Ordinal);

        string beside = _path + ".missing";
        Assert.Equal($"There is no configuration {beside}.", (await Assert.ThrowsAsync<UsageException>(() => ConfigurationFile.Read(beside, new MigrationOptions(), TestContext.Current.CancellationToken))).Message);
    }

    [Fact]
    public async Task A_folder_is_no_configuration()
    {
        string folder = Path.TrimEndingDirectorySeparator(Path.GetTempPath());
        UsageException e = await Assert.ThrowsAsync<UsageException>(() => ConfigurationFile.Read(folder, new MigrationOptions(), TestContext.Current.CancellationToken));
        Assert.Equal($"The configuration {folder} is a folder.", e.Message);
    }

    [Fact]
    public async Task Reads_every_setting()
    {
        MigrationOptions options = await Read("""
            {
              // people comment their configuration
              "policy": "quarantine",
              "tables": {
                "public.customers": {
                  "omit": ["password"],
                  "filter": "country <> 'XX'",
                  "mask": { "email": "hash", "phone": "null", "name": "constant:somebody" },
                  "policy": "fail",
                  "policies": { "born": "string" },
                },
              }
            }
            """);
        Assert.Equal(TypePolicy.Quarantine, options.Policy);
        TableSettings table = options.Tables["public.customers"];
        Assert.Equal(["password"], table.Omit);
        Assert.Equal("country <> 'XX'", table.Filter);
        Assert.Equal("constant:somebody", table.Mask["name"]);
        Assert.Equal(TypePolicy.Fail, table.Policy);
        Assert.Equal(TypePolicy.String, table.Policies["born"]);
    }

    [Theory]
    [InlineData("""{ "tables": { "a": { "masks": {} } } }""", "masks")]
    [InlineData("""{ "policy": "ignore" }""", "policy")]
    [InlineData("""{ "policy": 1 }""", "policy")]
    [InlineData("""{ "tables": { "a": { "omit": "x" } } }""", "omit")]
    [InlineData("""{ "tables": """, "line 1")]
    public async Task Refuses_what_it_does_not_know_and_says_where(string json, string named)
    {
        UsageException e = await Assert.ThrowsAsync<UsageException>(() => Read(json));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.Contains(_path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_which_file_is_missing()
    {
        UsageException e = await Assert.ThrowsAsync<UsageException>(() => ConfigurationFile.Read("/nowhere/x.json", new MigrationOptions(), TestContext.Current.CancellationToken));
        Assert.Contains("/nowhere/x.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Knows_the_settings_the_published_schema_lists()
    {
        string schema = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "mammoth.schema.json"));
        using JsonDocument document = JsonDocument.Parse(schema);
        string[] listed = [.. document.RootElement.GetProperty("$defs").GetProperty("table").GetProperty("properties").EnumerateObject().Select(p => p.Name)];
        string[] known = [.. typeof(TableSettings).GetProperties().Where(p => p.CanWrite).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))];
        Assert.Equal(known.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private async Task<MigrationOptions> Read(string json)
    {
        await File.WriteAllTextAsync(_path, json, TestContext.Current.CancellationToken);
        return await ConfigurationFile.Read(_path, new MigrationOptions(), TestContext.Current.CancellationToken);
    }
}
