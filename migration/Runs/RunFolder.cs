using System.Text.Json;
using System.Text.Json.Serialization;
using Mammoth.Iceberg.IO;

namespace Mammoth.Migration.Runs;

/// <summary>
/// A run's own files in the warehouse, <c>_mammoth/runs/&lt;run&gt;/</c>: what is too large for an orchestration's history. Each
/// attempt of an activity writes names of its own, and only what a recorded result names counts.
/// </summary>
public sealed class RunFolder(IFileIO io, string root, string runId)
{
    /// <summary>How the project's records are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly JsonSerializerOptions Readable = new(Json) { WriteIndented = true };

    public string Location { get; } = $"{root.TrimEnd('/')}/_mammoth/runs/{runId}";

    /// <summary>A name no other attempt has, with <paramref name="prefix"/> in front.</summary>
    public string Fresh(string prefix, string extension = ".json") => $"{Location}/{prefix}-{Guid.CreateVersion7():N}{extension}";

    /// <summary>The location of a file whose name is fixed.</summary>
    public string Fixed(string name) => $"{Location}/{name}";

    /// <summary>Writes a new file.</summary>
    /// <exception cref="PreconditionFailedException">It exists.</exception>
    public async Task<string> Write<T>(string location, T value, CancellationToken cancellation)
    {
        await io.Write(location, JsonSerializer.SerializeToUtf8Bytes(value, Readable), WriteCondition.IfAbsent, cancellation);
        return location;
    }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task<T> Read<T>(string location, CancellationToken cancellation) =>
        await TryRead<T>(location, cancellation) ?? throw new FileNotFoundException($"{location} is missing from the run's folder.", location);

    /// <summary>The file's record, or null where there is no such file.</summary>
    public async Task<T?> TryRead<T>(string location, CancellationToken cancellation)
    {
        FileContent? content = await io.Read(location, cancellation);
        return content is null
            ? default
            : JsonSerializer.Deserialize<T>(content.Bytes.Span, Json) ?? throw new InvalidDataException($"{location} holds no {typeof(T).Name}.");
    }

    /// <summary>Writes what lies in several files into one list.</summary>
    /// <param name="prefix">Of its name.</param>
    /// <returns>Where it lies.</returns>
    /// <exception cref="FileNotFoundException">One is missing.</exception>
    public async Task<string> Fold<T>(IEnumerable<string> locations, string prefix, CancellationToken cancellation)
    {
        var all = new List<T>();
        foreach (string location in locations)
        {
            all.Add(await Read<T>(location, cancellation));
        }

        return await Write(Fresh(prefix), all, cancellation);
    }

    /// <summary>A chain of records, of which each names the location of the one before it; the earliest first.</summary>
    /// <param name="last">Where the last one lies; null: the chain is empty.</param>
    /// <exception cref="FileNotFoundException">One is missing.</exception>
    public async Task<IReadOnlyList<T>> ReadChain<T>(string? last, Func<T, string?> previous, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(previous);
        var chain = new List<T>();
        for (string? location = last; location is not null; location = previous(chain[^1]))
        {
            chain.Add(await Read<T>(location, cancellation));
        }

        chain.Reverse();
        return chain;
    }

    /// <summary>Whether a file of a fixed name is there.</summary>
    public async Task<bool> Exists(string location, CancellationToken cancellation) => await io.Read(location, cancellation) is not null;
}
