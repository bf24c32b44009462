namespace Mammoth.Cli.Sample;

/// <summary>Foreign keys in a circle: warehouses and managers (two), suppliers, contracts and contacts (three).</summary>
internal static class CycleTables
{
    public static IEnumerable<SampleTable> All(SampleCounts counts, ServerAbilities server) =>
    [
        new("shop", "warehouses", ["id", "name", "city", "manager_id"],
            "CREATE TABLE shop.warehouses (id integer NOT NULL, name text NOT NULL, city text, manager_id integer NOT NULL);")
        {
            Rows = counts.Warehouses,
            Row = (lines, random, i) => lines.Add(i + 1).Add($"Warehouse {i + 1}").Add(random.OneIn(7) ? null : random.Pick(Words.LastNames) + "ville").Add(i + 1),
        },
        new("shop", "managers", ["id", "name", "warehouse_id"],
            "CREATE TABLE shop.managers (id integer NOT NULL, name text NOT NULL, warehouse_id integer);")
        {
            Rows = counts.Warehouses,
            Row = (lines, random, i) => lines.Add(i + 1).Add(Words.Name(random)).Add(random.OneIn(6) ? (int?)null : 1 + random.Below(counts.Warehouses)),
        },
        new("shop", "suppliers", ["id", "name", "main_contract_id"],
            "CREATE TABLE shop.suppliers (id integer NOT NULL, name text NOT NULL, main_contract_id integer);")
        {
            Rows = counts.Suppliers,
            Row = (lines, random, i) => lines.Add(i + 1).Add($"{random.Pick(Words.LastNames)} & Co.").Add(random.OneIn(5) ? (int?)null : i + 1),
        },
        new("shop", "contracts", ["id", "signed_by", "signed_on", "terms"],
            $"CREATE TABLE shop.contracts (id integer NOT NULL, signed_by integer, signed_on date, terms {(server.Xml ? "xml" : "text")});")
        {
            Rows = counts.Suppliers,
            Row = (lines, random, i) => lines.Add(i + 1).Add(random.OneIn(5) ? (int?)null : 1 + random.Below(counts.Suppliers))
                .Add(new DateOnly(2015, 1, 1).AddDays(random.Below(3_000)), "yyyy-MM-dd").Add($"<terms days=\"{random.Below(90)}\">{random.Pick(Words.Plain)} 🧊</terms>"),
        },
        new("shop", "contacts", ["id", "name", "supplier_id"],
            "CREATE TABLE shop.contacts (id integer NOT NULL, name text NOT NULL, supplier_id integer NOT NULL);")
        {
            Rows = counts.Suppliers,
            Row = (lines, random, i) => lines.Add(i + 1).Add(Words.Name(random)).Add(1 + random.Below(counts.Suppliers)),
        },
    ];
}
