using System.Text.Json;
using Mammoth.Benchmarks.Server;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Copy;
using Npgsql;

namespace Mammoth.Benchmarks.Micro;

/// <summary>The first rows of a table as the server sends them, on disk, so that no server has a part in what is measured.</summary>
internal sealed class RecordedTable
{
    /// <summary>Of each recording: figures by row are figures by operation.</summary>
    public const int Rows = 200_000;

    /// <summary>Names the folder of the recordings: the benchmarks are made by a library that hands them nothing else.</summary>
    private const string Variable = "MAMMOTH_BENCH_RECORDED";

    private RecordedTable(TablePlan plan, byte[] copy)
    {
        Copy = copy;
        Columns = [.. plan.Columns.Select(c => new CopyColumn(c.Name, c.Wire))];
        Schema = TableSchema.Of(plan, null, 0, 0);
        Options = ChunkCopy.Options(new MigrationOptions(), plan, Schema);
    }

    /// <summary>A whole binary COPY.</summary>
    public byte[] Copy { get; }

    public CopyColumn[] Columns { get; }

    public Schema Schema { get; }

    /// <summary>How Mammoth would write it.</summary>
    public DataFileOptions Options { get; }

    /// <summary>Records what is not recorded yet, and says where for this process.</summary>
    public static async Task RecordAsync(string folder, Action<string> tell, CancellationToken cancellationToken)
    {
        string recordings = Path.Combine(folder, "recorded");
        Environment.SetEnvironmentVariable(Variable, recordings);
        if (BenchTable.All.All(t => File.Exists(PlanFile(recordings, t.Name))))
            return;

        // Of another build: it may have planned otherwise.
        if (Directory.Exists(recordings))
            Directory.Delete(recordings, recursive: true);

        Directory.CreateDirectory(recordings);
        await using BenchServer server = await BenchServer.StartAsync(folder, cancellationToken);
        foreach (BenchTable table in BenchTable.All)
        {
            if (await BenchTable.RowsOfAsync(server, table.Name, cancellationToken) < Rows)
                await table.MakeAsync(server, (double)Rows / table.Rows, tell, cancellationToken);

            tell($"Recording {Rows:N0} rows of {table.Name}");
            await RecordAsync(server, table.Name, recordings, cancellationToken);
        }
    }

    public static RecordedTable Load(string table)
    {
        string folder = Environment.GetEnvironmentVariable(Variable) ?? throw new InvalidOperationException("Nothing is recorded: run the command micro.");
        TablePlan plan = JsonSerializer.Deserialize<TablePlan>(File.ReadAllBytes(PlanFile(folder, table)), RunFolder.Json)!;
        return new(plan, File.ReadAllBytes(CopyFile(folder, table)));
    }

    private static async Task RecordAsync(BenchServer server, string table, string folder, CancellationToken cancellationToken)
    {
        MigrationOptions options = new() { Include = [$"public.{table}"] };
        Dictionary<(string, string), Iceberg.Metadata.TableMetadata> nothing = [];
        MigrationPlan plan = await CurrentPlan.Make(server.ConnectionString(BenchTable.Database), nothing, options, cancellationToken);
        await using NpgsqlConnection connection = await server.OpenAsync(BenchTable.Database, cancellationToken);
        string query = SelectStatement.OfChunk(plan.Tables[0], plan.Tables[0].Chunks[0]);
        await using (NpgsqlRawCopyStream copy = await connection.BeginRawBinaryCopyAsync($"COPY ({query} LIMIT {Rows}) TO STDOUT (FORMAT binary)", cancellationToken))
        {
            await using FileStream file = File.Create(CopyFile(folder, table));
            await copy.CopyToAsync(file, cancellationToken);
        }

        // Last: it says that the recording is whole.
        await File.WriteAllBytesAsync(PlanFile(folder, table), JsonSerializer.SerializeToUtf8Bytes(plan.Tables[0], RunFolder.Json), cancellationToken);
    }

    private static string PlanFile(string folder, string table) => Path.Combine(folder, $"{table}-{typeof(TablePlan).Module.ModuleVersionId:N}.json");

    private static string CopyFile(string folder, string table) => Path.Combine(folder, $"{table}.copy");
}
