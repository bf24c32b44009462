using System.Text.Json;
using System.Text.Json.Serialization;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;

namespace Mammoth.Migration.Configuration;

/// <summary>
/// The file that <c>--config</c> names. Its JSON schema is published as <c>docs/mammoth.schema.json</c>. What it does not know
/// it refuses: a misspelt mask that is ignored would copy what should have been masked.
/// </summary>
public static class ConfigurationFile
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        Converters = { new PolicyConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        PropertyNameCaseInsensitive = false,
    };

    /// <summary>The options the file sets, over <paramref name="options"/>.</summary>
    /// <exception cref="UsageException">There is no such file, or it says what can't be.</exception>
    public static async Task<MigrationOptions> Read(string path, MigrationOptions options, CancellationToken cancellation)
    {
        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The configuration {path} can't be read: {e.Message}", "Give --config the path of a JSON file.");
        }

        try
        {
            Document document = JsonSerializer.Deserialize<Document>(bytes, Strict) ?? throw new JsonException("it is null");
            return options with
            {
                Policy = document.Policy ?? options.Policy,
                Tables = document.Tables ?? options.Tables,
            };
        }
        catch (JsonException e)
        {
            string where = e.LineNumber is { } line ? $" (line {line + 1}, at {e.Path ?? "$"})" : "";
            throw new UsageException($"The configuration {path} is not valid{where}: {e.Message.Split(" Path:")[0]}", "docs/mammoth.schema.json describes the file.");
        }
    }

    /// <summary>Names what it can't take: the library's own converter would name a type of this program.</summary>
    private sealed class PolicyConverter : JsonConverter<Types.TypePolicy>
    {
        public override Types.TypePolicy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (reader.TokenType == JsonTokenType.String ? reader.GetString() : null) switch
            {
                "string" => Types.TypePolicy.String,
                "fail" => Types.TypePolicy.Fail,
                "quarantine" => Types.TypePolicy.Quarantine,
                null => throw new JsonException("A policy is one of the words string, fail and quarantine."),
                var other => throw new JsonException($"'{other}' is no policy: it is string, fail or quarantine."),
            };

        public override void Write(Utf8JsonWriter writer, Types.TypePolicy value, JsonSerializerOptions options) =>
            writer.WriteStringValue(JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));
    }

    private sealed record Document
    {
        [JsonPropertyName("$schema")]
        public string? Schema { get; init; }

        public Types.TypePolicy? Policy { get; init; }

        public IReadOnlyDictionary<string, TableSettings>? Tables { get; init; }
    }
}
