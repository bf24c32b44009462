namespace Mammoth.Postgres.Catalog;

/// <summary>Tells tables from what is not copied, and finds the leaves below each partition root.</summary>
internal sealed class RelationTree
{
    private readonly Dictionary<uint, Relation> byOid;
    private readonly Dictionary<uint, List<Relation>> partitions = [];
    private readonly List<LeftOut> leftOut = [];
    private readonly List<(Relation Root, IReadOnlyList<Relation> Heaps)> tables = [];

    public RelationTree(IReadOnlyList<Relation> relations)
    {
        byOid = relations.ToDictionary(r => r.Oid);
        foreach (Relation partition in relations.Where(r => r.IsPartition))
        {
            foreach (uint parent in partition.Parents)
            {
                if (!partitions.TryGetValue(parent, out List<Relation>? siblings))
                    partitions[parent] = siblings = [];
                siblings.Add(partition);
            }
        }

        foreach (Relation relation in relations.Where(r => !r.IsPartition))
            Sort(relation);
    }

    /// <summary>Each table with the heaps that hold its rows.</summary>
    public IReadOnlyList<(Relation Root, IReadOnlyList<Relation> Heaps)> Tables => tables;

    public IReadOnlyList<LeftOut> LeftOut => leftOut;

    /// <summary>The classic inheritance parents of a table.</summary>
    public IReadOnlyList<QualifiedName> Parents(Relation relation) =>
        [.. relation.Parents.Where(byOid.ContainsKey).Select(p => byOid[p].Name)];

    /// <summary>The partitioned table from which it is being detached, or null.</summary>
    public QualifiedName? DetachingFrom(Relation relation) =>
        relation.DetachingFrom is { } parent && byOid.TryGetValue(parent, out Relation? from) ? from.Name : null;

    private void Sort(Relation relation)
    {
        if (WhyLeftOut(relation) is { } why)
        {
            leftOut.Add(why);
            return;
        }

        List<Relation> heaps = [];
        Collect(relation, heaps);
        tables.Add((relation, heaps));
    }

    private void Collect(Relation relation, List<Relation> heaps)
    {
        if (relation.Kind != 'p')
        {
            heaps.Add(relation);
            return;
        }

        foreach (Relation partition in partitions.GetValueOrDefault(relation.Oid) ?? [])
        {
            if (WhyLeftOut(partition) is { } why)
                leftOut.Add(why with { Reason = $"{why.Reason}; it is a partition of {relation.Name}, whose other rows are copied" });
            else
                Collect(partition, heaps);
        }
    }

    private static LeftOut? WhyLeftOut(Relation relation)
    {
        (string Kind, string Reason)? why = relation switch
        {
            { Persistence: 't' } => ("temporary table", "it belongs to another session"),
            { Kind: 'v' } => ("view", "it has no rows of its own"),
            { Kind: 'm' } => ("materialized view", "its rows are derived from other tables"),
            { Kind: 'f' } => ("foreign table", "its rows are on another server"),
            { Extension: { } extension } => ("extension table", $"it belongs to the extension {extension}, which brings it along"),
            { Kind: 'r', AccessMethod: not ("heap" or null) } => ("non-heap table", $"its access method is {relation.AccessMethod}, and only heap is understood"),
            _ => null,
        };
        return why is var (kind, reason) ? new LeftOut(relation.Name, kind, reason) : null;
    }
}
