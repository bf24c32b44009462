using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Staging;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Drift;

/// <summary>
/// The columns of a planned table against those that the warehouse has of it. What the configuration does to columns (masks, columns left out, a profile that makes
/// text of them) is no drift, and neither is that it does not do so any more.
/// </summary>
internal sealed class ColumnComparison
{
    private readonly TablePlan _plan;
    private readonly HeldTable _held;
    private readonly Schema _next;
    private readonly IReadOnlyList<(SourceColumn Held, ColumnPlan Planned)> _same;
    private readonly IReadOnlyList<ColumnPlan> _added;
    private readonly IReadOnlyList<SourceColumn> _gone;

    public ColumnComparison(TablePlan plan, HeldTable held)
    {
        _plan = plan;
        _held = held;

        // The schema that the next run writes.
        _next = TableSchema.Of(plan, held.Schema, held.Schema.SchemaId + 1, held.LastColumnId);

        // A number is a column's for good, in one and the same table only: there it goes before the name, which another column may have by now.
        Dictionary<int, ColumnPlan> numbered = held.IsSameAs(plan) ? plan.Columns.Where(c => c.Number is not null).ToDictionary(c => c.Number!.Value) : [];
        List<(SourceColumn Held, ColumnPlan Planned)> same = [.. from c in held.Columns where c.Number is { } n && numbered.ContainsKey(n) select (c, numbered[c.Number!.Value])];
        Dictionary<string, ColumnPlan> named = plan.Columns.Except(same.Select(p => p.Planned)).ToDictionary(c => c.Source, StringComparer.Ordinal);
        same.AddRange([.. from c in held.Columns.Except(same.Select(p => p.Held)) where named.ContainsKey(c.Source) select (c, named[c.Source])]);
        _same = [.. same.OrderBy(p => p.Held.Source != p.Planned.Source)];
        _added = [.. plan.Columns.Except(same.Select(p => p.Planned)).Where(c => !held.Omitted.Contains(c.Source))];
        _gone = [.. held.Columns.Except(same.Select(p => p.Held)).Where(c => !plan.OmittedColumns.Contains(c.Source))];
    }

    public IEnumerable<SchemaChange> Changes() =>
    [
        .. _same.SelectMany(Pair),
        .. _added.Select(c => Change(DriftKind.ColumnAdded, c.Source, null, c.SourceType, IsTakenOver(c.Name)
            ? $"The next run fills column {ShownName.Of(c.Name)} of {Place} with its values, instead of another column's; snapshots before it keep those."
            : $"The next run adds column {ShownName.Of(c.Name)}, {c.TargetType}, to {Place}; snapshots before it do not have it.")),
        .. _gone.Select(c => Change(DriftKind.ColumnGone, c.Source, c.Type, null, IsTakenOver(c.Name)
            ? $"The next run fills column {ShownName.Of(c.Name)} of {Place} with another column's values; snapshots before it keep its own."
            : $"The next run drops column {ShownName.Of(c.Name)} of {Place}; snapshots before it keep it.")),
        .. Key(),
    ];

    private string Place => ShownName.Of(new QualifiedName(_held.Place.Namespace, _held.Place.Name));

    private IEnumerable<SchemaChange> Pair((SourceColumn Held, ColumnPlan Planned) pair)
    {
        (SourceColumn held, ColumnPlan planned) = pair;
        string name = ShownName.Of(planned.Name);
        NestedField? before = _held.Schema.Fields.FirstOrDefault(f => f.Name == held.Name);
        NestedField after = _next.Fields.First(f => f.Name == planned.Name);
        if (held.Source != planned.Source)
        {
            yield return Change(DriftKind.ColumnRenamed, planned.Source, held.Source, planned.Source, held.Name == planned.Name ? $"The column stays {name} in {Place}." : Moved(held, planned));
        }
        else if (held.Name != planned.Name)
        {
            yield return Change(DriftKind.ColumnMoved, planned.Source, held.Name, planned.Name, Moved(held, planned));
        }

        if (Types(held, planned) is { } types)
        {
            yield return Change(DriftKind.TypeChanged, planned.Source, types.From, types.To, before?.Id == after.Id
                ? $"Column {name} of {Place} stays {planned.TargetType}."
                : $"The next run drops column {ShownName.Of(held.Name)} of {Place} and adds {name} anew as {planned.TargetType}; snapshots before it keep the old one.");
        }

        // A mask decides itself whether there are nulls, and so do large values, which are null where they were.
        bool isTold = !planned.IsMasked && held.IsMasked != true && held.LargeValues is not { IsObject: false } && planned.LargeValues is not { IsObject: false };
        if (isTold && before is not null && before.Required != after.Required)
        {
            yield return Change(DriftKind.NullabilityChanged, planned.Source, Nullability(before), Nullability(after), after.Required
                ? $"The next run makes column {name} of {Place} required."
                : $"The next run makes column {name} of {Place} optional.");
        }
    }

    /// <summary>What becomes of the field that a column had, and which one it gets.</summary>
    private string Moved(SourceColumn held, ColumnPlan planned)
    {
        string old = ShownName.Of(held.Name);
        string name = ShownName.Of(planned.Name);
        string left = IsTakenOver(held.Name) ? $"fills {old} of {Place} with another column's values" : $"drops {old} of {Place}";
        string got = IsTakenOver(planned.Name) ? $"fills {name} with its values, instead of another column's" : $"adds {name}";
        return $"For readers it is another column: the next run {left} and {got}; snapshots before it keep the old one.";
    }

    /// <summary>Whether the warehouse's column of this name is there after the next run too, by its field id. Readers do not see then that its values are another column's.</summary>
    private bool IsTakenOver(string name) =>
        _held.Schema.Fields.FirstOrDefault(f => f.Name == name) is { } before && _next.Fields.Any(f => f.Name == name && f.Id == before.Id);

    private static string Nullability(NestedField field) => field.Required ? "NOT NULL" : "NULL";

    /// <summary>What SQL calls a domain or a composite type says nothing of its base or its attributes.</summary>
    private static (string From, string To)? Types(SourceColumn held, ColumnPlan planned)
    {
        if (held.Type != planned.SourceType)
        {
            return (held.Type, planned.SourceType);
        }

        // Of a column that an earlier version carried as text, it is not known whether that was its own type.
        string? from = held.Native ?? (held.Wire is CopyType.Text ? null : IcebergForm.Describe(held.Wire));
        return from is null || planned.Native is not { } to || from == to ? null : ($"{held.Type} of {from}", $"{planned.SourceType} of {to}");
    }

    /// <summary>The key as the warehouse shows it. One that Iceberg can't take is none there, before and after, so that it can't be told from none.</summary>
    private IEnumerable<SchemaChange> Key()
    {
        Dictionary<string, string> nowCalled = _same.ToDictionary(p => p.Held.Name, p => p.Planned.Source, StringComparer.Ordinal);
        Dictionary<string, string> wasCalled = _held.Columns.ToDictionary(c => c.Name, c => c.Source, StringComparer.Ordinal);
        string[] held = [.. _held.Schema.IdentifierFieldIds.Select(Field).OfType<string>()];
        string[] identifier = Sources(_plan.Identifier);
        string[] key = Sources(_plan.Key);

        // Another column may have the name of one that is gone.
        bool hasLostOne = _held.Schema.IdentifierFieldIds.Any(id => _gone.Any(c => c.Name == _held.Schema.Fields.FirstOrDefault(f => f.Id == id)?.Name));
        bool isSame = !hasLostOne && (held.ToHashSet().SetEquals(identifier) || (identifier.Length == 0 && held.ToHashSet().SetEquals(key)));
        bool isConfigured = held.Any(c => _plan.OmittedColumns.Contains(c)) || key.Any(c => _held.Omitted.Contains(c))
            || _plan.Columns.Where(c => c.IsMasked).Concat(_same.Where(p => p.Held.IsMasked == true).Select(p => p.Planned)).Any(c => held.Contains(c.Source) || key.Contains(c.Source));

        // Of the same key, which only now is of types that Iceberg takes, the type's change is told.
        bool hasBecomeFit = held.Length == 0 && _same.Any(p => identifier.Contains(p.Planned.Source) && !Planner.CanIdentify(p.Held.Wire));
        if (isSame || isConfigured || hasBecomeFit)
        {
            yield break;
        }

        yield return Change(DriftKind.PrimaryKeyChanged, null, ShownName.Of(held), ShownName.Of(key.Length > 0 ? key : identifier), identifier.Length > 0
            ? $"The next run makes {ShownName.Of(_plan.Identifier)} the identifier fields of {Place}."
            : $"After the next run {Place} has no identifier fields.");

        string? Field(int id) => _held.Schema.Fields.FirstOrDefault(f => f.Id == id)?.Name is { } name ? nowCalled.GetValueOrDefault(name) ?? wasCalled.GetValueOrDefault(name) : null;

        string[] Sources(IReadOnlyList<string> names) => [.. names.Select(n => _plan.Columns.First(c => c.Name == n).Source)];
    }

    private SchemaChange Change(DriftKind kind, string? column, string? from, string? to, string next) => new(kind, _plan.Source.Schema, _plan.Source.Name, column, from, to, next);
}
