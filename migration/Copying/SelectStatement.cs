using System.Globalization;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Types;

namespace Mammoth.Migration.Copying;

/// <summary>The SQL that reads a table.</summary>
public static class SelectStatement
{
    /// <summary>The rows of one chunk, its columns in the plan's order, whatever their order in the leaf.</summary>
    public static string OfChunk(TablePlan table, ChunkPlan chunk)
    {
        return $"SELECT {string.Join(", ", table.Columns.Select(c => c.Expression))} FROM ONLY {chunk.Leaf.Sql}{Where(Conditions(table, chunk))}";
    }

    private static string[] Conditions(TablePlan table, ChunkPlan chunk) =>
    [
        .. chunk.FromPage is { } from ? [Page(">=", from)] : Array.Empty<string>(),
        .. chunk.ToPage is { } to ? [Page("<", to)] : Array.Empty<string>(),
        .. Filter(table),
    ];

    /// <summary>The numbers of the large objects that the rows of one chunk name and that there are.</summary>
    public static string Objects(TablePlan table, ChunkPlan chunk)
    {
        IEnumerable<string> naming = table.Columns.Where(c => c.LargeValues is { IsObject: true }).Select(c => $"SELECT {c.Expression}::pg_catalog.oid FROM ONLY {chunk.Leaf.Sql}{Where(Conditions(table, chunk))}");
        return $"SELECT n.number FROM ({string.Join(" UNION ", naming)}) AS n (number) WHERE EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata m WHERE m.oid = n.number)";
    }

    /// <summary>The bytes of a large object, in pieces of <paramref name="size"/>, from piece <paramref name="from"/> on; behind its end they are empty.</summary>
    public static string Pieces(uint number, int size, long from, long count) => string.Create(
        CultureInfo.InvariantCulture,
        $"SELECT pg_catalog.lo_get({number}::pg_catalog.oid, i * {size}, {size}) FROM pg_catalog.generate_series({from}::pg_catalog.int8, {from + count - 1}::pg_catalog.int8) i");

    /// <summary>How many rows the whole table has, counted apart from the copy: through its root, not leaf by leaf.</summary>
    public static string Count(TablePlan table) =>
        $"SELECT pg_catalog.count(*) FROM {(table.IsPartitioned ? "" : "ONLY ")}{table.Source.Sql}{Where(Filter(table))}";

    private static string[] Filter(TablePlan table) => table.Filter is null ? [] : [$"({table.Filter}\n)"];

    private static string Where(string[] conditions) => conditions.Length == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";

    private static string Page(string comparison, long page) =>
        string.Create(CultureInfo.InvariantCulture, $"ctid {comparison} '({page},0)'::pg_catalog.tid");

    /// <summary>What is read of a row, as one text: where it changes, digests of two runs can't be compared.</summary>
    public static string Layout(TablePlan table) =>
        string.Join("\n", table.Columns.Select(c => $"{c.Name}\t{c.Expression}\t{IcebergForm.Describe(c.Wire)}{Large(c)}")) + "\n" + table.Filter;

    private static string Large(ColumnPlan column) =>
        column.LargeValues is { } large ? large.IsObject ? $"\t{large.Name} of objects" : string.Create(CultureInfo.InvariantCulture, $"\t{large.Name} over {large.Over}") : "";
}
