using System.CommandLine;
using DuckDB.NET.Data;
using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>What Mammoth is compared with: DuckDB, in a process of its own, writing a Parquet file of the CSV it gets from psql.</summary>
internal static class DuckDbParquet
{
    public static Command CreateCommand()
    {
        Argument<string> table = new("table");
        Argument<string> file = new("file");
        Command command = new("duckdb", "Reads a table as CSV from its input and writes a Parquet file; run by pipeline.") { table, file };
        command.Hidden = true;
        command.SetAction(parsed => Write(BenchTable.All.Single(t => t.Name == parsed.GetRequiredValue(table)), parsed.GetRequiredValue(file)));
        return command;
    }

    private static int Write(BenchTable table, string file)
    {
        using DuckDBConnection connection = new("DataSource=:memory:");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        string columns = $"{{{string.Join(", ", table.CsvTypes.Select(c => $"'{c.Name}': '{c.Type}'"))}}}";

        // The level that Mammoth writes with; all else as it comes.
        command.CommandText = $"""
            SET TimeZone = 'UTC';
            COPY (SELECT {table.CsvSelect} FROM read_csv('/dev/stdin', header = false, auto_detect = false, allow_quoted_nulls = false, delim = ',', quote = '"', escape = '"', columns = {columns}))
            TO '{file}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)
            """;
        int rows = command.ExecuteNonQuery();
        Console.WriteLine($"{rows} {MemorySamples.Read(Environment.ProcessId)?.Peak}");
        return 0;
    }
}
