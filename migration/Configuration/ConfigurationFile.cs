using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;

namespace Mammoth.Migration.Configuration;

/// <summary>
/// The file that <c>--config</c> names. Its JSON schema is published as <c>docs/mammoth.schema.json</c>. What it does not know
/// it refuses: a misspelt mask that is ignored would copy what should have been masked.
/// </summary>
public static partial class ConfigurationFile
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        Converters = { new PolicyConverter() },
        NumberHandling = JsonNumberHandling.Strict,
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
            throw new UsageException(Unreadable(path, e), "Give --config the path of a JSON file.");
        }

        return Parse(bytes, path, options);
    }

    /// <inheritdoc cref="Read"/>
    internal static MigrationOptions Parse(byte[] bytes, string path, MigrationOptions options)
    {
        try
        {
            // Windows' editors put a byte order mark in front.
            ReadOnlyMemory<byte> text = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
            Document document = JsonSerializer.Deserialize<Document>(text.Span, Strict) ?? throw new JsonException("it is null");
            Check(text, document);
            return options with
            {
                Policy = document.Policy ?? options.Policy,
                MaxErrors = options.MaxErrors ?? document.MaxErrors,
                LargeValueBytes = document.LargeValueBytes ?? options.LargeValueBytes,
                Tables = document.Tables ?? options.Tables,
                Sizes = document.Sizes ?? options.Sizes,
                MaxCopySize = document.MaxCopySize ?? options.MaxCopySize,
            };
        }
        catch (JsonException e)
        {
            string where = e.LineNumber is { } line ? $" (line {line + 1}, at {e.Path ?? "$"})" : "";
            throw new UsageException($"The configuration {path} is not valid{where}: {Sentence(e.Message)}", "docs/mammoth.schema.json describes the file.");
        }
    }

    private static string Unreadable(string path, Exception cause) => cause switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"There is no configuration {path}.",
        _ when Directory.Exists(path) => $"The configuration {path} is a folder.",
        UnauthorizedAccessException => $"The configuration {path} can't be read: this user lacks the permission.",
        _ => $"The configuration {path} can't be read: {cause.Message}",
    };

    /// <summary>The library's message, without the names of this program's types.</summary>
    private static string Sentence(string message) =>
        Converted().IsMatch(message) ? "a value of that kind does not belong there."
        : Unmapped().Match(message) is { Success: true } unknown ? $"'{unknown.Groups[1].Value}' is no setting."
        : Duplicate().Match(message) is { Success: true } twice ? $"'{twice.Groups[1].Value}' is there twice."
        : message.Split(" Path:")[0];

    [GeneratedRegex("^The JSON value could not be converted to ")]
    private static partial Regex Converted();

    [GeneratedRegex(@"^The JSON property '(.*)' could not be mapped to any \.NET member")]
    private static partial Regex Unmapped();

    [GeneratedRegex("^Duplicate property '(.*)' encountered")]
    private static partial Regex Duplicate();

    /// <summary>What the types let through and the published schema does not.</summary>
    private static void Check(ReadOnlyMemory<byte> text, Document document)
    {
        using (JsonDocument json = JsonDocument.Parse(text, new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }))
        {
            if (NullIn(json.RootElement, "$") is { } path)
                throw new JsonException($"{path} is null. Leave it out instead.");
        }

        if (document.MaxCopySize < 1)
        {
            throw new JsonException("$.maxCopySize is a number of bytes from 1 on.");
        }

        if (document.Sizes is { } sizes && new[] { sizes.MediumRows, sizes.LargeRows, sizes.MediumBytes, sizes.LargeBytes }.Min() < 1)
        {
            throw new JsonException("$.sizes has numbers from 1 on.");
        }

        if (document.LargeValueBytes is { } large and not 0 and (< MigrationOptions.LeastLargeValueBytes or > MigrationOptions.MostLargeValueBytes))
            throw new JsonException($"$.largeValueBytes is {large}: it is from {MigrationOptions.LeastLargeValueBytes} to {MigrationOptions.MostLargeValueBytes}, or 0.");
        CheckBudget("$.maxErrors", document.MaxErrors);
        foreach ((string table, TableSettings settings) in document.Tables ?? new Dictionary<string, TableSettings>())
        {
            CheckBudget($"$.tables['{table}'].maxErrors", settings.MaxErrors);
            foreach ((string column, string mask) in settings.Mask)
            {
                if (mask is not ("hash" or "null") && !mask.StartsWith("constant:", StringComparison.Ordinal))
                    throw new JsonException($"$.tables['{table}'].mask['{column}'] is '{mask}', which is no mask: it is hash, null or constant:<text>.");
            }
        }
    }

    private static void CheckBudget(string path, string? budget)
    {
        if (budget is not null && ErrorBudget.Parse(budget) is null)
            throw new JsonException($"{path} is '{budget}': it is a number of rows, like 100, or a share of them, like 0.5%.");
    }

    /// <summary>Where the first null is, or null where there is none.</summary>
    private static string? NullIn(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.Null => path,
        JsonValueKind.Array => value.EnumerateArray().Select((v, i) => NullIn(v, $"{path}[{i}]")).FirstOrDefault(p => p is not null),
        JsonValueKind.Object => value.EnumerateObject().Select(p => NullIn(p.Value, p.Name.All(char.IsAsciiLetterOrDigit) ? $"{path}.{p.Name}" : $"{path}['{p.Name}']")).FirstOrDefault(p => p is not null),
        _ => null,
    };

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

        public long? LargeValueBytes { get; init; }

        public string? MaxErrors { get; init; }

        public IReadOnlyDictionary<string, TableSettings>? Tables { get; init; }

        public SizeLimits? Sizes { get; init; }

        public long? MaxCopySize { get; init; }
    }
}
