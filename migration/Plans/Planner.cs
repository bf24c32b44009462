using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Plans;

/// <summary>Makes the plan of a run from what the catalog says.</summary>
public static class Planner
{
    /// <summary>Why a table is left out that --include or --exclude leaves out.</summary>
    public const string NotChosen = "not chosen";

    /// <summary>What the rows of a page name is not counted in its bytes: few pages, for a chunk to be done in time.</summary>
    private const long PagesWithObjects = 100;

    /// <summary>The columns (by warehouse name) of a table that an earlier run already had to carry as text.</summary>
    public delegate IReadOnlySet<string> TextColumns(string @namespace, string table);

    /// <summary>The tables that a database once had, by what the warehouse has of it.</summary>
    public delegate IEnumerable<QualifiedName> FormerTables(SourceOrigin origin);

    /// <param name="former">Where they are given, a plan that has no table is one, as long as the patterns choose one of these.</param>
    /// <exception cref="SourceRefusedException">A chosen table can't be read whole by this role.</exception>
    /// <exception cref="UsageException">No table is chosen, or a setting names what is not there.</exception>
    public static MigrationPlan Plan(Database database, MigrationOptions options, TextColumns textColumns, FormerTables? former = null)
    {
        if (options.Tables.Keys.FirstOrDefault(p => !database.Tables.Any(t => new NamePattern(p).Matches(t.Name))) is { } astray)
        {
            // Passed over in silence, its masks would be too.
            throw new UsageException($"The configuration's table {astray} matches no table of database {database.Name}.", "Patterns are matched on schema.table and case matters; partitions go by their root's name.");
        }

        Table[] asked = Choose(database, options, [.. former?.Invoke(new SourceOrigin(database.Identity, database.Name)) ?? []]);
        Table[] chosen = [.. asked.Where(t => t.Columns.Count > 0)];
        SourceAccess.Refuse(chosen);
        var columns = new ColumnPlanner(new TypeTable(database.MoneyScale), options);
        Dictionary<QualifiedName, int> numbers = chosen.Select((t, i) => (t.Name, i)).ToDictionary(p => p.Name, p => p.i);
        var graph = new ForeignKeyGraph(
            chosen.Length,
            chosen.SelectMany((t, i) => t.ForeignKeys.Where(f => numbers.ContainsKey(f.Target)).Select(f => (i, numbers[f.Target]))));
        int[] batches = graph.Batches();

        // Over all tables, chosen or not: which are chosen today must not decide what a name means.
        IReadOnlyDictionary<string, string> schemas = WarehouseNames.Map(database.Tables.Select(t => t.Name.Schema));
        Dictionary<string, IReadOnlyDictionary<string, string>> tables = database.Tables.GroupBy(t => t.Name.Schema).ToDictionary(g => g.Key, g => WarehouseNames.Map(g.Select(t => t.Name.Name)));
        var plans = new List<TablePlan>();
        foreach (Table table in chosen.OrderBy(t => batches[numbers[t.Name]]).ThenByDescending(t => t.Leaves.Sum(l => l.TotalBytes)).ThenBy(t => t.Name.ToString(), StringComparer.Ordinal))
        {
            plans.Add(PlanTable(table, plans.Count, batches[numbers[table.Name]], schemas[table.Name.Schema], tables[table.Name.Schema][table.Name.Name], database, options, columns, textColumns));
        }

        RefuseReserved(plans);
        return new MigrationPlan
        {
            Database = database.Name,
            SourceIdentity = database.Identity,
            ServerVersion = database.ServerVersion,
            Tables = plans,
            LeftOut =
            [
                .. database.LeftOut.Select(l => l.Kind == LeftOut.LargeObjects && plans.Any(p => p.Columns.Any(c => c.LargeValues is { IsObject: true })) ? l with { Reason = "large objects that no copied column names are not copied" } : l),
                .. database.Tables.Except(asked).Select(t => new LeftOut(t.Name, "table", NotChosen)),
                .. asked.Except(chosen).Select(t => new LeftOut(t.Name, "table", "it has no columns")),
            ],
            Cycles = [.. graph.Components().Where(c => c.Count > 1).Select(c => (IReadOnlyList<QualifiedName>)[.. c.Select(i => chosen[i].Name)])],
            Notes = [.. Notes(database, plans)],
        };
    }

    private static Table[] Choose(Database database, MigrationOptions options, IReadOnlyList<QualifiedName> former)
    {
        TableChoice choice = new(options);
        if (choice.Include.FirstOrDefault(p => !database.Tables.Any(t => p.Matches(t.Name)) && !former.Any(p.Matches)) is { } useless)
        {
            throw new UsageException($"--include {useless.Text} matches no table of database {database.Name}.", "Patterns are matched on schema.table and case matters; `mammoth plan` lists the tables.");
        }

        Table[] chosen = [.. database.Tables.Where(t => choice.Has(t.Name))];
        return chosen.Length > 0 || former.Any(choice.Has)
            ? chosen
            : throw new UsageException($"Database {database.Name} has no table to migrate.", database.LeftOut.Count == 0 ? "Is this the right database?" : "Views, foreign tables and temporary tables are not copied; --include and --exclude may have left out the rest.");
    }

    private static TablePlan PlanTable(Table table, int index, int batch, string @namespace, string name, Database database, MigrationOptions options, ColumnPlanner planner, TextColumns textColumns)
    {
        IReadOnlyList<ColumnPlan> columns = planner.Columns(table, textColumns(@namespace, name));
        if (columns.Count == 0)
        {
            throw new SourceRefusedException($"{table.Name} has no column left to copy.", "Leave the table out with --exclude, or fewer of its columns.");
        }

        long bytes = table.Leaves.Sum(l => l.TotalBytes);
        (SizeClass size, string reason) = SizeClasses.Of(columns, table.EstimatedRows, bytes, options.Sizes);
        return new TablePlan
        {
            Index = index,
            Source = table.Name,
            Origin = new SourceOrigin(database.Identity, database.Name),
            SourceOid = table.Oid,
            Namespace = @namespace,
            Name = name,
            Batch = batch,
            IsPartitioned = table.IsPartitioned,
            Class = size,
            ClassReason = reason,
            Columns = columns,
            OmittedColumns = planner.Omitted(table),
            Identifier = IdentifierOf(table, columns),
            Key = KeyOf(table, columns),
            MaxErrors = planner.MaxErrors(table.Name),
            Heaps = columns.Any(c => c.LargeValues is { IsObject: true })
                ? ChunkPlanner.Cut(table.Leaves, database.ServerVersion, targetFileSize: 1, PagesWithObjects)
                : ChunkPlanner.Cut(table.Leaves, database.ServerVersion, options.TargetFileSize),
            SharesLargeValues = planner.SharesLargeValues(table.Name),
            Filter = planner.Filter(table.Name),
            EstimatedRows = table.EstimatedRows,
            Bytes = bytes,
            Comment = table.Comment,
        };
    }

    private static IReadOnlyList<string> KeyOf(Table table, IReadOnlyList<ColumnPlan> columns)
    {
        ColumnPlan?[] key = [.. (table.PrimaryKey?.Columns ?? []).Select(k => columns.FirstOrDefault(c => c.Source == k))];
        return key.All(c => c is not null) ? [.. key.Select(c => c!.Name)] : [];
    }

    /// <summary>Engines tell no names apart that differ only by case.</summary>
    private static void RefuseReserved(IEnumerable<TablePlan> plans)
    {
        if (plans.FirstOrDefault(p => new TableIdentifier(p.Namespace.ToLowerInvariant(), p.Name.ToLowerInvariant()) == QuarantineTable.Identifier) is { } taken)
        {
            throw new UsageException($"{taken.Source} would become {QuarantineTable.Identifier}, which is the table in which Mammoth keeps rows that it sets aside.", $"Leave it out (--exclude {QuarantineTable.Identifier}), or rename it in the source.");
        }
    }

    /// <summary>Identifier fields must be required primitives other than floats (Iceberg spec, "Identifier Field IDs").</summary>
    private static IReadOnlyList<string> IdentifierOf(Table table, IReadOnlyList<ColumnPlan> columns)
    {
        ColumnPlan?[] key = [.. (table.PrimaryKey?.Columns ?? []).Select(k => columns.FirstOrDefault(c => c.Source == k))];
        return key.All(c => c is { Required: true, IsMasked: false } && CanIdentify(c.Wire))
            ? [.. key.Select(c => c!.Name)]
            : [];
    }

    internal static bool CanIdentify(CopyType wire) => wire is not (CopyType.Float4 or CopyType.Float8 or CopyType.Array or CopyType.Composite or CopyType.Hstore);

    private static IEnumerable<string> Notes(Database database, List<TablePlan> plans)
    {
        foreach (TablePlan table in plans)
        {
            if (table.Namespace != table.Source.Schema || table.Name != table.Source.Name)
            {
                yield return $"{table.Source} becomes {table.Namespace}.{table.Name}: its own name is not one that every engine can tell apart or take.";
            }

            foreach (ColumnPlan column in table.Columns.Where(c => c.Name != c.Source))
            {
                yield return $"{table.Source}: column {column.Source} becomes {column.Name}.";
            }
        }

        foreach (Table table in database.Tables.Where(t => t.DetachingFrom is not null && plans.Any(p => p.Source == t.Name)))
        {
            yield return $"{table.Name} is being detached from {table.DetachingFrom} (DETACH PARTITION … CONCURRENTLY has not ended; FINALIZE ends it): it is copied as a table of its own.";
        }

        if (database.Encoding == "SQL_ASCII")
        {
            yield return "The database's encoding is SQL_ASCII: text that is not UTF-8 does not fit a string column.";
        }

        if (database.ServerVersion < 140_000)
        {
            yield return "PostgreSQL before 14 can't scan a page range: each heap is one chunk.";
        }
    }
}
