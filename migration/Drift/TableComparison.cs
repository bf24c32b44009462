using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Drift;

/// <summary>The tables of a plan against those that the warehouse has. What --include and --exclude leave out is no drift, whether it is there or not.</summary>
internal sealed class TableComparison
{
    private readonly MigrationPlan _plan;
    private readonly TableChoice _choice;
    private readonly IReadOnlyList<HeldTable> _held;
    private readonly Dictionary<TableIdentifier, HeldTable> _byPlace;
    private readonly Dictionary<TableIdentifier, TablePlan> _planned;
    private readonly HashSet<HeldTable> _former = [];

    public TableComparison(MigrationPlan plan, MigrationOptions options, IReadOnlyList<HeldTable> held)
    {
        _plan = plan;
        _choice = new TableChoice(options);
        _planned = plan.Tables.ToDictionary(Place);

        // The plan is refused where a table of another database is in its tables' way and may not be replaced. Where it may, that one's other tables are what this one lacks.
        _byPlace = held.ToDictionary(t => t.Place);
        SourceOrigin[] replaced = [.. _planned.Keys.Select(p => _byPlace.GetValueOrDefault(p)?.Origin).OfType<SourceOrigin>()];
        _held = [.. held.Where(t => t.IsOf(plan.Origin) || replaced.Any(o => t.IsOf(o)))];
    }

    /// <summary>What is new about the tables that the next run copies.</summary>
    public async Task<IReadOnlyList<SchemaChange>> Planned(PublishedRuns runs)
    {
        var changes = new List<SchemaChange>();
        foreach (TablePlan table in _plan.Tables)
        {
            HeldTable? there = _byPlace.GetValueOrDefault(Place(table));
            if (await Former(table, there, runs) is { } former)
            {
                _former.Add(former);
                changes.AddRange(Elsewhere(table, there, former));
            }
            else if (there is not null && (there.Source == table.Source || there.IsSameAs(table)))
            {
                if (there.Source != table.Source)
                {
                    changes.Add(Change(DriftKind.TableRenamed, table.Source, ShownName.Of(there.Source), ShownName.Of(table.Source), $"It stays {Shown(there.Place)} in the warehouse."));
                }

                changes.AddRange(new ColumnComparison(table, there).Changes());
            }
            else
            {
                changes.Add(await New(table, there, runs));
            }
        }

        return changes;
    }

    /// <summary>Tables of the warehouse that the next run would not find. They stay there for good, so that only what no run has met yet is told.</summary>
    public async Task<IReadOnlyList<SchemaChange>> Missing(PublishedRuns runs)
    {
        HashSet<QualifiedName> sources = [.. _plan.Tables.Select(t => t.Source)];
        Dictionary<QualifiedName, string> leftOut = _plan.LeftOut.GroupBy(l => l.Name).ToDictionary(g => g.Key, g => g.First().Reason);
        Dictionary<uint, TablePlan> byOid = _plan.Tables.ToDictionary(t => t.SourceOid);
        Dictionary<uint, TablePlan> byPartition = _plan.Tables.Where(t => t.IsPartitioned).SelectMany(t => t.Heaps, (t, h) => (t, h.Oid)).ToDictionary(p => p.Oid, p => p.t);
        var changes = new List<SchemaChange>();
        foreach (HeldTable table in _held.Where(t => !_former.Contains(t) && !sources.Contains(t.Source) && _choice.Has(t.Source)))
        {
            bool isUnderItsNewName = table.Oid is { } oid && byOid.TryGetValue(oid, out TablePlan? renamed) && table.IsSameAs(renamed);
            if (isUnderItsNewName || await runs.HaveMissed(table))
            {
                continue;
            }

            if (table.Oid is { } part && byPartition.TryGetValue(part, out TablePlan? root) && root.Origin is { } own && table.Origin?.IsSameAs(own) == true)
            {
                changes.Add(Change(DriftKind.TableAttached, table.Source, null, ShownName.Of(root.Source), $"The next run copies its rows with the others to {Shown(Place(root))}. {Left(table)}"));
                continue;
            }

            string? reason = leftOut.GetValueOrDefault(table.Source);
            changes.Add(Change(reason is null ? DriftKind.TableGone : DriftKind.TableLeftOut, table.Source, null, reason, Left(table)));
        }

        return changes;
    }

    private string Left(HeldTable table) => (IsRefused(), _planned.GetValueOrDefault(table.Place)) switch
    {
        (true, _) => $"The next run is refused, since it would be told to choose what is not there; {Shown(table.Place)} stays as it is, with the rows it had.",
        (_, { } instead) => $"The next run replaces its rows in {Shown(table.Place)} by those of {ShownName.Of(instead.Source)}; snapshots before it keep them.",
        _ => $"The next run leaves {Shown(table.Place)} as it is, with the rows it had.",
    };

    /// <summary>Whether a run would be: by its planner, which here lets patterns pass that choose tables of the warehouse alone.</summary>
    private bool IsRefused()
    {
        QualifiedName[] tables = [.. _plan.Tables.Select(t => t.Source), .. _plan.LeftOut.Where(l => l.Kind == "table").Select(l => l.Name)];
        return _plan.Tables.Count == 0 || _choice.Include.Any(p => !tables.Any(p.Matches));
    }

    private static async Task<SchemaChange> New(TablePlan table, HeldTable? there, PublishedRuns runs)
    {
        string next = there is null
            ? $"The next run copies it to {Shown(Place(table))}."
            : $"The next run copies it to {Shown(Place(table))}, and replaces the rows of {ShownName.Of(there.Source)} there; snapshots before it keep them.";
        string? reason = (await runs.LastThatChose(table.Source))?.LeftOut.GetValueOrDefault(table.Source.ToString());
        return Change(reason is null ? DriftKind.TableAdded : DriftKind.TableNoLongerLeftOut, table.Source, reason, null, next);
    }

    /// <summary>A table that was in another place until now.</summary>
    /// <param name="there">What is in the place that it gets.</param>
    private IEnumerable<SchemaChange> Elsewhere(TablePlan table, HeldTable? there, HeldTable former)
    {
        string place = Shown(Place(table));
        string old = Shown(former.Place);
        _planned.TryGetValue(former.Place, out TablePlan? instead);
        string next = (there is null ? $"The next run copies it to {place}, a new table" : $"The next run copies it to {place}, instead of the rows that are there")
            + (instead is null ? $", and leaves {old} as it is, with the rows it had." : $", and the rows of {ShownName.Of(instead.Source)} to {old}.");
        yield return former.Source == table.Source
            ? Change(DriftKind.TableMoved, table.Source, old, place, next)
            : Change(DriftKind.TableRenamed, table.Source, ShownName.Of(former.Source), ShownName.Of(table.Source), next);

        // It becomes another table, whatever the old one's columns were: what is new about them is told all the same.
        string so = $"It is so in {place}{(there is null ? ", which is a new table" : "")}; {old} {(instead is null ? "stays as it is" : "gets another table's rows")}.";
        foreach (SchemaChange change in new ColumnComparison(table, former).Changes())
        {
            yield return change with { Next = so };
        }
    }

    /// <summary>The table of the warehouse that a planned one was until now, where its place there is another. One that goes back to an earlier name finds there what it was before.</summary>
    private async Task<HeldTable?> Former(TablePlan table, HeldTable? there, PublishedRuns runs)
    {
        if (_held.Where(t => t.IsSameAs(table)).MaxBy(t => t.Written) is { } latest)
        {
            // Rows that had not changed were not written again.
            return latest.Place == Place(table) || await runs.HaveMoved(latest, table.Source, Place(table)) ? null : latest;
        }

        return there is not null ? null : _held.Where(t => !_planned.ContainsKey(t.Place) && t.Source == table.Source).MaxBy(t => t.Written);
    }

    private static TableIdentifier Place(TablePlan table) => new(table.Namespace, table.Name);

    private static string Shown(TableIdentifier place) => ShownName.Of(new QualifiedName(place.Namespace, place.Name));

    private static SchemaChange Change(DriftKind kind, QualifiedName table, string? from, string? to, string next) => new(kind, table.Schema, table.Name, null, from, to, next);
}
