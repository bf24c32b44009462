using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// The one JSON form of all that passes through a history. Values are written and read at their declared type, so a
/// polymorphic type needs <c>[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]</c> (a root <c>$type</c> gets lost in Durable Functions).
/// </summary>
public static class Payload
{
    /// <summary>Camel case, enums as strings, NaN and the infinities by name, exact numbers as strings.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>JSON <c>null</c>; <c>default(JsonElement)</c> can't be serialized.</summary>
    public static JsonElement Null { get; } = JsonSerializer.SerializeToElement<object?>(null);

    public static JsonElement Of<T>(T value) => JsonSerializer.SerializeToElement(value, Options);

    public static JsonElement Of(object? value, Type declared) => JsonSerializer.SerializeToElement(value, declared, Options);

    public static T To<T>(JsonElement payload) => (T)To(payload, typeof(T))!;

    public static object? To(JsonElement payload, Type declared) =>
        payload.ValueKind == JsonValueKind.Undefined ? Null.Deserialize(declared, Options) : payload.Deserialize(declared, Options);

    internal static JsonElement Parse(string text) => JsonSerializer.Deserialize<JsonElement>(text, Options);

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            AllowOutOfOrderMetadataProperties = true,
        };
        options.Converters.Add(new JsonStringEnumConverter());
        options.Converters.Add(new ExactNumber<decimal>("G"));
        options.Converters.Add(new ExactNumber<ulong>("D"));
        options.Converters.Add(new ExactNumber<Int128>("D"));
        options.Converters.Add(new ExactNumber<UInt128>("D"));
        options.Converters.Add(new ExactNumber<System.Numerics.BigInteger>("R"));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
