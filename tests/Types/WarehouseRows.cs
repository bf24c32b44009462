using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Tests.Data;

namespace Mammoth.Tests.Types;

/// <summary>A table's rows by their <c>id</c>, the values of the other columns as PostgreSQL reads them.</summary>
internal static class WarehouseRows
{
    public static async Task<SortedDictionary<int, string?[]>> Read(IFileIO io, TableMetadata table, PgLiteral literal, CancellationToken cancellation)
    {
        var scan = new TableScan(io, table);
        var rows = new SortedDictionary<int, string?[]>();
        await foreach (var batch in scan.Read(cancellation))
            using (batch)
                foreach (object?[] row in ArrowRows.FromBatch(scan.Schema, batch))
                    rows.Add((int)row[0]!, [.. scan.Schema.Fields.Zip(row, (f, v) => literal.Of(f.Type, v)).Skip(1)]);
        return rows;
    }
}
