using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mammoth.Iceberg.Schemas;

/// <summary>How JSON of the table format is read and written here.</summary>
internal static class JsonText
{
    /// <summary>No white space, and non-ASCII names as they are: the files are read by people too, and never end up in HTML.</summary>
    public static JsonSerializerOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="FormatException">The text is no JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string what)
    {
        try
        {
            return JsonDocument.Parse(utf8);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The {what} is no valid JSON: {e.Message}", e);
        }
    }

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte}, string)"/>
    public static JsonDocument Parse(string text, string what) => Parse(System.Text.Encoding.UTF8.GetBytes(text), what);

    /// <summary>Reads a document's content; a member of the wrong kind becomes the <see cref="FormatException"/> that a missing one is.</summary>
    public static T Checked<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new FormatException($"The {what} has a value of the wrong kind: {e.Message}", e);
        }
    }

    /// <summary>A member that must be there.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static JsonElement Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value)
            ? value
            : throw new FormatException($"'{name}' is missing.");

    /// <summary>A text member, or null where it is missing or null.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static long? Long(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    public static int? Int(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
