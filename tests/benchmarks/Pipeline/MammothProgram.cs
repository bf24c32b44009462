using Mammoth.Benchmarks.Measuring;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>The command <c>mammoth</c> that is measured.</summary>
/// <param name="path">The program.</param>
/// <param name="scratch">A folder for warehouses.</param>
internal sealed class MammothProgram(Meter meter, string path, string scratch)
{
    private static int runs;

    /// <summary>Copies tables into a fresh warehouse, as a user would, and takes the measures from outside and inside.</summary>
    /// <param name="keepWarehouse">Leave it there; <see cref="MigrationMeasures.Warehouse"/> says where.</param>
    /// <param name="more">Options of the command.</param>
    /// <param name="prepare">What is done to the warehouse before, whose path it is given.</param>
    public async Task<MigrationMeasures> MigrateAsync(
        string source, int slots, IReadOnlyList<string> include, bool keepWarehouse, CancellationToken cancellationToken, IReadOnlyList<string>? more = null, Action<string>? prepare = null)
    {
        string warehouse = Fresh("warehouse");
        string samples = Fresh("samples");
        string[] line = [path, "migrate", "--warehouse", warehouse, "--slots", $"{slots}", "--output", "json", .. include.SelectMany(i => new[] { "--include", i }), .. more ?? []];
        prepare?.Invoke(warehouse);
        try
        {
            Measurement whole = await meter.RunAsync(line, Environment(samples, source), cancellationToken);
            whole.Checked("mammoth migrate");
            return MigrationMeasures.Of(whole, InnerSamples.Read(samples), RunTimes.Read(warehouse, whole.Output), warehouse);
        }
        catch
        {
            keepWarehouse = false;
            throw;
        }
        finally
        {
            File.Delete(samples);
            if (!keepWarehouse)
                Drop(warehouse);
        }
    }

    /// <summary>Copies a whole database into a fresh warehouse, and takes the measures from outside alone.</summary>
    /// <returns>With how many tables.</returns>
    public async Task<(Measurement Whole, int Tables)> MigrateAllAsync(string source, int slots, CancellationToken cancellationToken)
    {
        string warehouse = Fresh("warehouse");
        try
        {
            Measurement whole = await meter.RunAsync([path, "migrate", "--warehouse", warehouse, "--slots", $"{slots}", "--output", "json"], new Dictionary<string, string> { ["MAMMOTH_SOURCE"] = source }, cancellationToken);
            return (whole.Checked("mammoth migrate"), RunTimes.ReportOf(whole.Output).Tables.Count);
        }
        finally
        {
            Drop(warehouse);
        }
    }

    /// <summary>Reads a warehouse back and compares the digest of its rows.</summary>
    public async Task<Measurement> VerifyAsync(string warehouse, CancellationToken cancellationToken)
    {
        Measurement whole = await meter.RunAsync([path, "verify", "--warehouse", warehouse, "--output", "json"], new Dictionary<string, string>(), cancellationToken);
        return whole.Checked("mammoth verify");
    }

    public static void Drop(string warehouse)
    {
        if (Directory.Exists(warehouse))
            Directory.Delete(warehouse, recursive: true);
    }

    private static Dictionary<string, string> Environment(string samples, string source) => new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
        [InnerSamples.Variable] = samples,
        ["MAMMOTH_SOURCE"] = source,
    };

    private string Fresh(string name) => Path.Combine(scratch, $"{name}-{System.Environment.ProcessId}-{++runs}");
}
