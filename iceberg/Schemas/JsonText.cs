using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mammoth.Iceberg.Schemas;

/// <summary>How JSON of the table format is read and written here.</summary>
internal static class JsonText
{
    /// <summary>How deep documents may nest: as deep as the reference's parser goes. A struct in a struct takes three levels.</summary>
    public const int MaxDepth = 1000;

    /// <summary>No white space, and non-ASCII names as they are: the files are read by people too, and never end up in HTML.</summary>
    public static JsonSerializerOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth };

    public static JsonDocumentOptions Deep { get; } = new() { MaxDepth = MaxDepth };

    /// <exception cref="FormatException">The text is no JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string what)
    {
        try
        {
            return JsonDocument.Parse(utf8, Deep);
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
    /// <exception cref="FormatException">It is something else.</exception>
    public static string? Text(this JsonElement json, string name) => json.Optional(name)?.AsText(name);

    /// <inheritdoc cref="Text"/>
    public static long? Long(this JsonElement json, string name) => json.Optional(name)?.AsLong(name);

    /// <inheritdoc cref="Text"/>
    public static int? Int(this JsonElement json, string name) => json.Optional(name)?.AsInt(name);

    /// <summary>The elements of an array member; none where it is missing or null.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) => json.Optional(name)?.AsItems(name) ?? [];

    /// <summary>The members of an object member; none where it is missing or null.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static IEnumerable<JsonProperty> Members(this JsonElement json, string name) => json.Optional(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Object } value => value.EnumerateObject(),
        { } value => throw WrongKind(value, name, "an object"),
    };

    /// <summary>A text member that must be there.</summary>
    /// <exception cref="FormatException">It is not, or is something else.</exception>
    public static string RequiredText(this JsonElement json, string name) => json.Member(name).AsText(name);

    /// <inheritdoc cref="RequiredText"/>
    public static int RequiredInt(this JsonElement json, string name) => json.Member(name).AsInt(name);

    /// <inheritdoc cref="RequiredText"/>
    public static long RequiredLong(this JsonElement json, string name) => json.Member(name).AsLong(name);

    /// <inheritdoc cref="RequiredText"/>
    public static bool RequiredBool(this JsonElement json, string name) => json.Member(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value
        ? value.ValueKind == JsonValueKind.True
        : throw WrongKind(json.Member(name), name, "true or false");

    /// <inheritdoc cref="RequiredText"/>
    public static Guid RequiredGuid(this JsonElement json, string name) =>
        Guid.TryParse(json.RequiredText(name), out var guid) ? guid : throw WrongKind(json.Member(name), name, "a UUID");

    /// <inheritdoc cref="RequiredText"/>
    public static IEnumerable<JsonElement> RequiredItems(this JsonElement json, string name) => json.Member(name).AsItems(name);

    /// <param name="name">What the value is, for the error.</param>
    /// <exception cref="FormatException">It is no text.</exception>
    public static string AsText(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw WrongKind(value, name, "text");

    /// <inheritdoc cref="AsText"/>
    public static int AsInt(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw WrongKind(value, name, "a whole number of 32 bits");

    /// <inheritdoc cref="AsText"/>
    public static long AsLong(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw WrongKind(value, name, "a whole number of 64 bits");

    /// <inheritdoc cref="AsText"/>
    public static IEnumerable<JsonElement> AsItems(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw WrongKind(value, name, "a list");

    // Null, as some writers spell it, is as good as nothing; any other kind taken for nothing would change what the document says.
    private static JsonElement? Optional(this JsonElement json, string name) => json.ValueKind != JsonValueKind.Object
        ? throw new FormatException($"There is a value of the wrong kind: {Shown(json)} is no object with '{name}'.")
        : json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static FormatException WrongKind(JsonElement value, string name, string kind) =>
        new($"'{name}' has a value of the wrong kind: {Shown(value)} is not {kind}.");

    private static string Shown(JsonElement value)
    {
        const int Most = 60;
        var text = value.GetRawText();
        return text.Length <= Most ? text : $"{text[..Most]}…";
    }
}
