using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Staging;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Drift;

/// <summary>
/// The columns of a planned table against those that the warehouse has of it. What the configuration does to columns (masks, columns left out, a profile that makes
/// text of them) is no drift.
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
        Dictionary<string, ColumnPlan> planned = plan.Columns.ToDictionary(c => c.Source, StringComparer.Ordinal);
        Dictionary<string, SourceColumn> known = held.Columns.ToDictionary(c => c.Source, StringComparer.Ordinal);
        ColumnPlan[] fresh = [.. plan.Columns.Where(c => !known.ContainsKey(c.Source))];
        SourceColumn[] left = [.. held.Columns.Where(c => !planned.ContainsKey(c.Source) && !plan.OmittedColumns.Contains(c.Source))];

        // A number is a column's for good, in one and the same table only.
        Dictionary<int, SourceColumn> former = held.IsSameAs(plan) ? left.Where(c => c.Number is not null).ToDictionary(c => c.Number!.Value) : [];
        (SourceColumn Held, ColumnPlan Planned)[] renamed = [.. fresh.Where(c => c.Number is { } n && former.ContainsKey(n)).Select(c => (former[c.Number!.Value], c))];
        _same = [.. from c in held.Columns where planned.ContainsKey(c.Source) select (c, planned[c.Source]), .. renamed];
        _added = [.. fresh.Except(renamed.Select(r => r.Planned))];
        _gone = [.. left.Except(renamed.Select(r => r.Held))];
    }

    public IEnumerable<SchemaChange> Changes() =>
    [
        .. _same.SelectMany(Pair),
        .. _added.Select(c => Change(DriftKind.ColumnAdded, c.Source, null, c.SourceType, $"The next run adds column {ShownName.Of(c.Name)}, {c.TargetType}, to {Place}; snapshots before it do not have it.")),
        .. _gone.Select(c => Change(DriftKind.ColumnGone, c.Source, c.Type, null, $"The next run drops column {ShownName.Of(c.Name)} of {Place}; snapshots before it keep it.")),
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
            yield return Change(DriftKind.ColumnRenamed, planned.Source, held.Source, planned.Source, held.Name == planned.Name
                ? $"The column stays {name} in {Place}."
                : $"For readers it is another column: the next run drops {ShownName.Of(held.Name)} of {Place} and adds {name}; snapshots before it keep the old one.");
        }

        if (Types(held, planned) is { } types)
        {
            yield return Change(DriftKind.TypeChanged, planned.Source, types.From, types.To, before?.Id == after.Id
                ? $"Column {name} of {Place} stays {planned.TargetType}."
                : $"The next run drops column {ShownName.Of(held.Name)} of {Place} and adds {name} anew as {planned.TargetType}; snapshots before it keep the old one.");
        }

        // A mask decides itself whether there are nulls, and so do large values, which are null where they were.
        bool isTold = !planned.IsMasked && held.LargeValues is not { IsObject: false } && planned.LargeValues is not { IsObject: false };
        if (isTold && before is not null && before.Required != after.Required)
        {
            yield return Change(DriftKind.NullabilityChanged, planned.Source, Nullability(before), Nullability(after), after.Required
                ? $"The next run makes column {name} of {Place} required."
                : $"The next run makes column {name} of {Place} optional.");
        }
    }

    private static string Nullability(NestedField field) => field.Required ? "NOT NULL" : "NULL";

    /// <summary>What SQL calls a composite type says nothing of its attributes.</summary>
    private static (string From, string To)? Types(SourceColumn held, ColumnPlan planned)
    {
        if (held.Type != planned.SourceType)
        {
            return (held.Type, planned.SourceType);
        }

        string from = IcebergForm.Describe(held.Wire);
        string to = IcebergForm.Describe(planned.Wire);
        return !planned.IsMasked && HasAttributes(held.Wire) && HasAttributes(planned.Wire) && from != to ? ($"{held.Type} of {from}", $"{planned.SourceType} of {to}") : null;
    }

    private static bool HasAttributes(CopyType wire) => wire switch
    {
        CopyType.Composite => true,
        CopyType.Array array => HasAttributes(array.Element),
        _ => false,
    };

    /// <summary>The key as the warehouse shows it. One that Iceberg can't take is none there, before and after, so that it can't be told from none.</summary>
    private IEnumerable<SchemaChange> Key()
    {
        Dictionary<string, string> nowCalled = _same.ToDictionary(p => p.Held.Name, p => p.Planned.Source, StringComparer.Ordinal);
        Dictionary<string, string> wasCalled = _held.Columns.ToDictionary(c => c.Name, c => c.Source, StringComparer.Ordinal);
        string[] held = [.. _held.Schema.IdentifierFieldIds.Select(Field).OfType<string>()];
        string[] identifier = Sources(_plan.Identifier);
        string[] key = Sources(_plan.Key);
        bool isSame = held.ToHashSet().SetEquals(identifier) || (identifier.Length == 0 && held.ToHashSet().SetEquals(key));
        bool isConfigured = held.Any(c => _plan.OmittedColumns.Contains(c)) || _plan.Columns.Any(c => c.IsMasked && (held.Contains(c.Source) || key.Contains(c.Source)));

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
