using System.Globalization;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Catalog;

/// <summary>Reads what a database is made of from <c>pg_catalog</c>, in about ten statements whatever the number of tables.</summary>
public static class CatalogReader
{
    /// <summary>
    /// Reads the catalog as the connection's role sees it. Within a transaction it is the one at its snapshot, except for sizes and sequences,
    /// which are as they are now; so a snapshot must be exported before, for sizes to cover its rows.
    /// </summary>
    /// <exception cref="SourceException">The schema was changed meanwhile, so that the catalog contradicts itself.</exception>
    public static async Task<Database> Read(NpgsqlConnection connection, CancellationToken cancellation = default)
    {
        try
        {
            return await ReadAll(connection, cancellation).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InternalError)
        {
            // What the server prints of an object (a constraint's definition …) is the one of now, which the snapshot's catalog may no longer lead to.
            throw new SourceException($"The schema was changed between the snapshot and looking at it ({e.MessageText}). Run again, with the tables locked.", e);
        }
    }

    private static async Task<Database> ReadAll(NpgsqlConnection connection, CancellationToken cancellation)
    {
        DatabaseFacts facts = await DatabaseFacts.Read(connection, cancellation).ConfigureAwait(false);
        var tree = new RelationTree(await RelationCatalog.Read(connection, facts.ServerVersion, cancellation).ConfigureAwait(false));
        uint[] oids = [.. tree.Tables.Select(t => t.Root.Oid)];
        Dictionary<uint, Leaf> leaves = await RelationCatalog.Measure(connection, [.. tree.Tables.SelectMany(t => t.Heaps)], cancellation).ConfigureAwait(false);
        TypeCatalog types = await TypeCatalog.Read(connection, facts.ServerVersion, oids, cancellation).ConfigureAwait(false);
        ILookup<uint, Column> columns = await ColumnCatalog.Read(connection, facts.ServerVersion, oids, types, cancellation).ConfigureAwait(false);
        ILookup<uint, (string Column, ColumnStatistics Statistics)> statistics =
            await StatisticsCatalog.Read(connection, [.. oids.Union(tree.Tables.SelectMany(t => t.Heaps).Select(h => h.Oid))], cancellation).ConfigureAwait(false);
        ILookup<uint, Constraint> constraints = await ConstraintCatalog.Read(connection, oids, cancellation).ConfigureAwait(false);
        IReadOnlyList<Sequence> sequences = await SequenceCatalog.Read(connection, cancellation).ConfigureAwait(false);
        return new Database
        {
            Name = facts.Name,
            ServerVersion = facts.ServerVersion,
            Encoding = facts.Encoding,
            MoneyScale = facts.MoneyScale,
            Identity = facts.Identity,
            Tables = [.. tree.Tables.Select(t => Assemble(t.Root, t.Heaps, tree, leaves, Analyzed([.. columns[t.Root.Oid]], [t.Root, .. t.Heaps.OrderByDescending(h => h.Rows)], statistics), constraints[t.Root.Oid]))],
            LeftOut = [.. tree.LeftOut, .. LargeObjects(facts.LargeObjects)],
            Sequences = sequences,
        };
    }

    private static Table Assemble(
        Relation root, IReadOnlyList<Relation> heaps, RelationTree tree, Dictionary<uint, Leaf> leaves, Column[] columns, IEnumerable<Constraint> constraints)
    {
        ILookup<char, Constraint> byKind = constraints.ToLookup(c => c.Kind);
        Relation[] all = [root, .. heaps.Where(h => h.Oid != root.Oid)];
        double[] known = [.. heaps.Select(h => h.Rows).Where(r => r >= 0)];
        return new Table
        {
            Oid = root.Oid,
            Name = root.Name,
            Columns = columns,
            Leaves = [.. heaps.Select(h => leaves[h.Oid])],
            IsPartitioned = root.Kind == 'p',
            PartitionKey = root.PartitionKey,
            Parents = tree.Parents(root),
            DetachingFrom = tree.DetachingFrom(root),
            PrimaryKey = byKind['p'].FirstOrDefault()?.ToKey(),
            Uniques = [.. byKind['u'].Select(c => c.ToKey())],
            ForeignKeys = [.. byKind['f'].Select(c => c.ToForeignKey())],
            Checks = [.. byKind['c'].Select(c => c.ToCheck())],
            Comment = root.Comment,
            EstimatedRows = known.Length == 0 && heaps.Count > 0 ? -1 : (long)known.Sum(),
            Filtered = [.. all.Where(r => r.RowSecurityApplies).Select(r => r.Name)],
            WithoutSelect = [.. all.Where(r => !r.CanSelect).Select(r => r.Name)],
            WithoutUsage = [.. all.Where(r => !r.CanUseSchema).Select(r => r.Name.Schema).Distinct()],
            IsUnlogged = root.Persistence == 'u' || heaps.Any(h => h.Persistence == 'u'),
        };
    }

    /// <summary>The columns with their statistics: those of the first relation that has any.</summary>
    private static Column[] Analyzed(Column[] columns, IEnumerable<Relation> relations, ILookup<uint, (string Column, ColumnStatistics Statistics)> statistics)
    {
        Dictionary<string, ColumnStatistics> known = relations.Select(r => statistics[r.Oid]).FirstOrDefault(s => s.Any())?.ToDictionary(s => s.Column, s => s.Statistics) ?? [];
        return [.. columns.Select(c => c with { Statistics = known.GetValueOrDefault(c.Name) })];
    }

    private static IEnumerable<LeftOut> LargeObjects(long count) => count == 0
        ? []
        : [new LeftOut(new QualifiedName("pg_catalog", "pg_largeobject"), "large objects", string.Create(CultureInfo.InvariantCulture, $"{count} large objects belong to no table; columns of type oid or lo keep their numbers"))];
}
