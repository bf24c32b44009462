using System.Text.Json;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Recovery;

/// <summary>When each table of a warehouse was last rehearsed: one small file, by which those rehearsed longest ago are taken first.</summary>
public static class RehearsalTimes
{
    private const int Attempts = 20;

    private static string Location(string root) => $"{root.TrimEnd('/')}/_mammoth/rehearsals.json";

    /// <summary>By table, as the column <c>target</c> of the quarantine names it. A file that can't be read says nothing of any.</summary>
    public static async Task<IReadOnlyDictionary<string, DateTimeOffset>> Read(IFileIO io, string root, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(io);
        return Parse(await io.Read(Location(root), cancellation));
    }

    /// <summary>When a table was last rehearsed; the beginning of time where never.</summary>
    internal static DateTimeOffset Of(IReadOnlyDictionary<string, DateTimeOffset> times, TableIdentifier table) => times.GetValueOrDefault(QuarantineTable.TargetOf(table));

    /// <summary>Remembers that tables were rehearsed just now.</summary>
    /// <exception cref="StorageException">The store takes no writes.</exception>
    public static async Task Record(IFileIO io, string root, IEnumerable<TableIdentifier> tables, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(io);
        DateTimeOffset at = DateTimeOffset.UtcNow;
        string location = Location(root);
        string[] names = [.. tables.Select(QuarantineTable.TargetOf)];
        for (int attempt = 1; ; attempt++)
        {
            FileContent? current = await io.Read(location, cancellation);
            SortedDictionary<string, DateTimeOffset> times = new(Parse(current), StringComparer.Ordinal);
            foreach (string name in names)
            {
                times[name] = times.TryGetValue(name, out DateTimeOffset known) && known > at ? known : at;
            }

            try
            {
                await io.Write(location, JsonSerializer.SerializeToUtf8Bytes(times, RunFolder.Json), current is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(current.ETag), cancellation);
                return;
            }
            catch (PreconditionFailedException) when (attempt < Attempts)
            {
                // Another rehearsal wrote it in between.
            }
        }
    }

    private static Dictionary<string, DateTimeOffset> Parse(FileContent? file)
    {
        try
        {
            return file is null ? [] : JsonSerializer.Deserialize<Dictionary<string, DateTimeOffset>>(file.Bytes.Span, RunFolder.Json) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
