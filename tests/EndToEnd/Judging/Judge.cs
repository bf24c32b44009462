using System.Runtime.CompilerServices;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Fixtures;
using Xunit.Sdk;

namespace Mammoth.Tests.EndToEnd.Judging;

/// <summary>
/// Says whether what was written is what PostgreSQL holds: every row, value for value, as ClickHouse reads it through the table's metadata and as
/// DuckDB reads the Parquet files. It shares no code with what it judges but the names of Iceberg's types.
/// </summary>
internal sealed class Judge(string connectionString, Readers readers)
{
    /// <returns>How many rows there are.</returns>
    /// <exception cref="XunitException">They differ; the message shows the first lines that do.</exception>
    public async Task<long> Agrees(JudgedTable table, CancellationToken cancellation)
    {
        table = table.InPlace();
        var exact = new Reading(table.Written.Schema.Fields, asClickHouse: false);
        var shown = new Reading(table.Written.Schema.Fields, asClickHouse: true);
        RowSum whole = default, visible = default;
        await foreach (var row in SourceRows.Read(connectionString, table, cancellation))
        {
            whole = whole.With(exact.Line(row));
            visible = visible.With(shown.Line(shown.Visible(row)));
        }

        await Compare(table, "DuckDB", whole, exact, DuckDbRows.Read(table.Written, cancellation), cancellation);
        await Compare(table, "ClickHouse", visible, shown, ClickHouseRows.Read(readers, table.Written, cancellation), cancellation);
        return whole.Rows;
    }

    private async Task Compare(JudgedTable table, string engine, RowSum expected, Reading reading, IAsyncEnumerable<string?[]> rows, CancellationToken cancellation)
    {
        RowSum found = default;
        await foreach (var row in rows.WithCancellation(cancellation))
            found = found.With(reading.Line(row));
        if (found == expected)
            return;

        IAsyncEnumerable<string> source = reading.Lines(SourceRows.Read(connectionString, table, cancellation), reading.Visible, cancellation);
        IAsyncEnumerable<string> written = reading.Lines(rows, row => row, cancellation);
        var difference = new RowDifference();
        await difference.Add(source, cancellation);
        await difference.Take(written, cancellation);
        throw new XunitException($"""
            {table.Relation}: {expected.Rows} rows in PostgreSQL, {found.Rows} as {engine} reads them, and they differ.
              Only in PostgreSQL: {await difference.Surplus(source, 1, cancellation)}
              Only in what was written: {await difference.Surplus(written, -1, cancellation)}
            """);
    }

    /// <summary>How rows become lines for an engine.</summary>
    private sealed class Reading
    {
        private readonly int[] columns;
        private readonly RowLine line;

        public Reading(IReadOnlyList<NestedField> fields, bool asClickHouse)
        {
            columns = [.. fields.Index().Where(f => !asClickHouse || ClickHouseText.CanShow(f.Item.Type)).Select(f => f.Index)];
            line = new RowLine([.. columns.Select(c => fields[c].Type)], asClickHouse);
        }

        /// <summary>Those of all columns' values that the engine can show.</summary>
        public string?[] Visible(string?[] row) => [.. columns.Select(c => row[c])];

        public string Line(string?[] row) => line.Of(row);

        public async IAsyncEnumerable<string> Lines(IAsyncEnumerable<string?[]> rows, Func<string?[], string?[]> values, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var row in rows.WithCancellation(cancellation))
                yield return Line(values(row));
        }
    }
}
