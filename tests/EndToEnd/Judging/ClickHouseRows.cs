using System.Runtime.CompilerServices;
using System.Text.Json;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>The rows as ClickHouse finds them through the table's metadata; columns that it can't show are left out.</summary>
internal static class ClickHouseRows
{
    public static async IAsyncEnumerable<string?[]> Read(Readers readers, WrittenTable table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var fields = table.Schema.Fields.Where(f => ClickHouseText.CanShow(f.Type)).ToList();
        var answers = Path.Combine(table.Directory, $"clickhouse-{Guid.NewGuid():N}.jsonl");
        // Through a file, so that a table of any size can be asked for.
        await readers.ClickHouse(
            $"""
            INSERT INTO FUNCTION file({ClickHouseText.Literal(answers)}, 'JSONCompactEachRow', '{string.Join(", ", fields.Select((_, i) => $"c{i} Nullable(String)"))}')
            SELECT {string.Join(", ", fields.Select((f, i) => $"{ClickHouseText.Of(f.Type, ClickHouseText.Quote(f.Name))} AS c{i}"))} FROM {table.ClickHouse}
            SETTINGS date_time_overflow_behavior = 'saturate', session_timezone = 'UTC', use_iceberg_metadata_files_cache = 0{(table.Snapshot is { } snapshot ? $", iceberg_snapshot_id = {snapshot}" : "")}
            """,
            table.Directory,
            cancellation);
        if (!File.Exists(answers))
            yield break;
        try
        {
            await foreach (var line in File.ReadLinesAsync(answers, cancellation))
                yield return JsonSerializer.Deserialize<string?[]>(line)!;
        }
        finally
        {
            File.Delete(answers);
        }
    }
}
