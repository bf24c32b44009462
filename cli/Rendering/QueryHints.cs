using Mammoth.Migration.Reports;

namespace Mammoth.Cli.Rendering;

/// <summary>How to read a published table with an engine.</summary>
/// <param name="Engine">The engine's name.</param>
/// <param name="Text">What to type.</param>
internal sealed record QueryHint(string Engine, string Text);

/// <summary>Working snippets for DuckDB, Spark and PyIceberg.</summary>
internal static class QueryHints
{
    public static IReadOnlyList<QueryHint> For(RunReport report, TableReport table)
    {
        string place = Local(table.Location ?? report.Warehouse);
        string metadata = table.MetadataLocation ?? table.Location ?? report.Warehouse;
        string warehouse = report.Warehouse.TrimEnd('/');
        return
        [
            new("DuckDB", $"""
                INSTALL iceberg; LOAD iceberg;{(place.StartsWith('/') || place.Contains(":\\", StringComparison.Ordinal) ? "" : " INSTALL azure; LOAD azure;")}
                SELECT * FROM iceberg_scan('{place.Replace("'", "''", StringComparison.Ordinal)}') LIMIT 10;
                """),
            new("Spark", $"""
                spark-sql --packages org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.1 \
                  --conf spark.sql.catalog.mammoth=org.apache.iceberg.spark.SparkCatalog \
                  --conf spark.sql.catalog.mammoth.type=hadoop \
                  --conf spark.sql.catalog.mammoth.warehouse='{warehouse}' \
                  -e 'SELECT * FROM mammoth.{Tick(table.Namespace)}.{Tick(table.Name)} LIMIT 10'
                """),
            new("PyIceberg", $"""
                from pyiceberg.table import StaticTable
                table = StaticTable.from_metadata({Python(metadata)})
                print(table.scan(limit=10).to_arrow())
                """),
        ];
    }

    /// <summary>The table to show the snippets with: one that people know the meaning of.</summary>
    public static TableReport? Example(RunReport report) =>
        report.Tables.Where(t => t.Outcome is Outcome.Published or Outcome.Unchanged).OrderByDescending(t => t.Rows > 0).ThenBy(t => t.Batch).ThenByDescending(t => t.Rows).FirstOrDefault();

    /// <summary>A place of this machine as a path, others as they are.</summary>
    public static string Local(string location) =>
        location.StartsWith("file:", StringComparison.Ordinal) ? new Uri(location).LocalPath : location;

    private static string Tick(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private static string Python(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
