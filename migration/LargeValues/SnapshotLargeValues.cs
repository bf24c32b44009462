using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.LargeValues;

/// <summary>The large values to which a snapshot's rows refer: a file that names the lists of its chunks, and is named in the snapshot's summary. So a clean-up knows what is in use.</summary>
public static class SnapshotLargeValues
{
    /// <summary>Writes the file.</summary>
    /// <returns>What the summary says of it; nothing where there are no large values.</returns>
    internal static async Task<Dictionary<string, string>> Write(IFileIO io, string tableLocation, string run, IReadOnlyList<LargeValueList> lists, CancellationToken cancellation)
    {
        if (lists.Count == 0)
        {
            return [];
        }

        string location = new LargeValueFolder(io, tableLocation).Of($"{run}-{Guid.CreateVersion7():N}-large.json");
        await io.Write(location, JsonSerializer.SerializeToUtf8Bytes(lists, RunFolder.Json), WriteCondition.IfAbsent, cancellation);
        return new()
        {
            [SummaryKeys.LargeValues] = location,
            [SummaryKeys.LargeValueCount] = lists.Sum(l => (long)l.Values).ToString(CultureInfo.InvariantCulture),
            [SummaryKeys.LargeValueBytes] = lists.Sum(l => l.Bytes).ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Bytes of the large values to which a snapshot's rows refer.</summary>
    internal static long Bytes(Snapshot snapshot) =>
        long.TryParse(snapshot.Summary.GetValueOrDefault(SummaryKeys.LargeValueBytes), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : 0;

    /// <summary>The lists of a snapshot's chunks, from the file that names them.</summary>
    /// <exception cref="FileNotFoundException">The file that names them is gone.</exception>
    internal static Task<IReadOnlyList<LargeValueList>> Lists(IFileIO io, string location, CancellationToken cancellation) => Read<LargeValueList>(io, location, cancellation);

    /// <summary>The values of a chunk.</summary>
    /// <exception cref="FileNotFoundException">The list is gone.</exception>
    private static Task<IReadOnlyList<LargeValue>> Values(IFileIO io, LargeValueList list, CancellationToken cancellation) => Read<LargeValue>(io, list.Location, cancellation);

    /// <summary>All files that the snapshot needs for its large values: the objects, and the lists of them.</summary>
    /// <exception cref="FileNotFoundException">A list is gone.</exception>
    public static async IAsyncEnumerable<string> Files(IFileIO io, Snapshot snapshot, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (snapshot.Summary.GetValueOrDefault(SummaryKeys.LargeValues) is not { } location)
        {
            yield break;
        }

        yield return location;
        foreach (LargeValueList list in await Lists(io, location, cancellation))
        {
            yield return list.Location;
            foreach (LargeValue value in await Values(io, list, cancellation))
            {
                yield return value.Location;
            }
        }
    }

    private static async Task<IReadOnlyList<T>> Read<T>(IFileIO io, string location, CancellationToken cancellation)
    {
        FileContent content = await io.Read(location, cancellation) ?? throw new FileNotFoundException($"{location} is gone.", location);
        try
        {
            return JsonSerializer.Deserialize<T[]>(content.Bytes.Span, RunFolder.Json) ?? throw new InvalidDataException($"{location} is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{location} can't be read: {e.Message}", e);
        }
    }
}
