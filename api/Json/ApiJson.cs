using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mammoth.Api.Json;

/// <summary>The API's one JSON form: camel case, enums as words, every field of an answer is there, null where there is nothing to say.</summary>
public static class ApiJson
{
    /// <summary>For answers and for bodies; a body's unknown, repeated or missing fields are errors.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            MaxDepth = 16,

            // The answers are JSON by their declared type, never part of a page.
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
