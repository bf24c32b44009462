using System.Text.Json;
using Mammoth.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Api.Json;

/// <summary>Reads bodies strictly: a misspelt mask that is ignored would copy what should have been masked.</summary>
internal static class RequestBody
{
    /// <summary>Bytes of a body; a configuration with thousands of tables is smaller.</summary>
    public const int Limit = 1 << 20;

    /// <summary>The body; where there is none, what <c>{}</c> stands for.</summary>
    /// <exception cref="ProblemException">It is too large, no JSON, or says what can't be.</exception>
    public static async Task<T> Read<T>(HttpRequest request, CancellationToken cancellation)
        where T : class, new()
    {
        byte[] bytes = await Bytes(request, cancellation);
        if (bytes.Length == 0)
        {
            return new T();
        }

        if (!IsJson(request.ContentType))
        {
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "media-type", "The body is not declared as JSON.", "Send the header Content-Type: application/json.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(bytes, ApiJson.Options) ?? throw ProblemException.OfField("$", "The body is null; send an object, or no body at all.");
        }
        catch (JsonException e)
        {
            throw ProblemException.OfField(e.Path ?? "$", Sentence(e));
        }
    }

    private static async Task<byte[]> Bytes(HttpRequest request, CancellationToken cancellation)
    {
        // What is too large is read to its end, and not kept: a server that answers before closes the connection on a client that still
        // sends, or that has already sent its next request, and the answer is lost. The host bounds how much that can be.
        using var buffer = new MemoryStream();
        byte[] block = new byte[16 << 10];
        bool fits = !(request.ContentLength > Limit);
        int read;
        while ((read = await request.Body.ReadAsync(block, cancellation)) > 0)
        {
            fits = fits && buffer.Length + read <= Limit;
            if (fits)
            {
                buffer.Write(block, 0, read);
            }
        }

        return fits ? buffer.ToArray() : throw TooLarge();
    }

    private static ProblemException TooLarge() => new(StatusCodes.Status413PayloadTooLarge, "too-large", $"The body is larger than {Limit:N0} bytes.", "Send less: patterns instead of lists of tables.");

    private static bool IsJson(string? contentType) =>
        contentType?.Split(';')[0].Trim() is { } type
        && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    /// <summary>The serializer's own sentences name types of this program, and positions that the path says better.</summary>
    private static string Sentence(JsonException e) => e.Message switch
    {
        var m when m.Contains("could not be mapped", StringComparison.Ordinal) => "There is no such field.",
        var m when m.Contains("could not be converted", StringComparison.Ordinal) => "The value is not one that this field can have.",
        var m when m.Contains("missing required", StringComparison.Ordinal) => "A required field is missing.",
        var m when m.Contains("uplicate", StringComparison.Ordinal) => "The field is there twice.",
        var m when m.Contains("null value", StringComparison.Ordinal) || m.Contains("doesn't allow setting null", StringComparison.Ordinal) => "The field can't be null.",
        var m when m.Contains("maximum configured depth", StringComparison.Ordinal) => "The body is nested too deeply.",
        _ => $"The body is no JSON: {e.Message.Split(" Path:")[0].Split(" LineNumber:")[0]}",
    };
}
