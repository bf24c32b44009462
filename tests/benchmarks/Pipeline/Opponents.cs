using System.Globalization;
using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>What Mammoth is measured against, on the same table at the same server.</summary>
internal static class Opponents
{
    /// <summary>The server's own speed: a binary COPY that nobody looks at.</summary>
    public static async Task<Measurement> RawCopyAsync(Bench bench, string database, string table, bool tls, CancellationToken cancellationToken)
    {
        string[] line = ["/bin/sh", "-c", "exec \"$1\" -X -q -c \"COPY $2 TO STDOUT (FORMAT binary)\" > /dev/null", "sh", bench.Server.Psql, table];
        return (await bench.Meter.RunAsync(line, bench.Server.PsqlEnvironment(database, tls), cancellationToken)).Checked("psql");
    }

    /// <summary>What one gets without Mammoth: psql's CSV through a pipe into DuckDB, which writes Parquet with zstd.</summary>
    public static async Task<(Measurement Whole, long Peak)> CsvThroughDuckDbAsync(Bench bench, BenchTable table, long rows, CancellationToken cancellationToken)
    {
        string file = Path.Combine(bench.Scratch, $"duckdb-{Environment.ProcessId}.parquet");
        string[] line = ["/bin/sh", "-c", "\"$1\" -X -q -c \"COPY $2 TO STDOUT (FORMAT csv)\" | exec \"$3\" duckdb \"$2\" \"$4\"", "sh", bench.Server.Psql, table.Name, Environment.ProcessPath!, file];
        try
        {
            Measurement whole = (await bench.Meter.RunAsync(line, bench.Server.PsqlEnvironment(BenchTable.Database), cancellationToken)).Checked("psql | DuckDB");
            string[] said = whole.Output.Trim().Split(' ');
            if (said.Length != 2 || said[0] != rows.ToString(CultureInfo.InvariantCulture))
                throw new InvalidOperationException($"DuckDB did not write all {rows} rows: {whole.Output}{whole.Error}");

            return (whole, long.Parse(said[1], CultureInfo.InvariantCulture));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
