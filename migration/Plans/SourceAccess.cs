using Mammoth.Migration.Errors;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Plans;

/// <summary>Whether the role that reads sees all rows of the chosen tables. What is missing is named where it is missing: at a schema, a table, or a partition.</summary>
internal static class SourceAccess
{
    private const int Named = 5;

    /// <exception cref="SourceRefusedException">Row-level security would hide rows, or a privilege is missing.</exception>
    public static void Refuse(IReadOnlyList<Table> chosen)
    {
        string[] filtered = [.. chosen.SelectMany(t => t.Filtered.Select(n => Name(t, n)))];
        if (filtered.Length > 0)
        {
            throw new SourceRefusedException(
                $"Row-level security would hide rows from this role in {Some(filtered)}: the copy would silently be incomplete.",
                "Use the tables' owner or a role with BYPASSRLS, or leave the tables out with --exclude.");
        }

        if (chosen.All(t => t.CanSelect))
        {
            return;
        }

        string[] schemas = [.. chosen.SelectMany(t => t.WithoutUsage).Distinct()];
        (Table Table, QualifiedName Name)[] closed = [.. chosen.SelectMany(t => t.WithoutSelect.Select(n => (t, n)))];
        string[] grants = [.. schemas.Select(s => $"GRANT USAGE ON SCHEMA {Identifier.Quote(s)} TO the role"), .. closed.Select(c => $"GRANT SELECT ON {c.Name.Sql} TO the role")];
        throw new SourceRefusedException(
            string.Join(" ", Sentences(chosen, schemas, closed)),
            $"{Some(grants, "; ")} (GRANT pg_read_all_data gives all of it), or leave the tables out with --exclude.");
    }

    private static IEnumerable<string> Sentences(IReadOnlyList<Table> chosen, string[] schemas, (Table Table, QualifiedName Name)[] closed)
    {
        if (schemas.Length > 0)
        {
            string[] tables = [.. chosen.Where(t => t.WithoutUsage.Count > 0).Select(t => t.Name.ToString())];
            yield return $"This role may not use the schema{(schemas.Length == 1 ? "" : "s")} {Some(schemas)}, where {Some(tables)} {(tables.Length == 1 ? "has" : "have")} rows.";
        }

        if (closed.Length > 0)
        {
            yield return $"This role may not SELECT from {Some([.. closed.Select(c => Name(c.Table, c.Name))])}.";
        }
    }

    /// <summary>A partition with its root: only the root is a table of the plan.</summary>
    private static string Name(Table table, QualifiedName name) => name == table.Name ? $"{name}" : $"{name} (a partition of {table.Name})";

    private static string Some(string[] things, string between = ", ") =>
        string.Join(between, things.Take(Named)) + (things.Length > Named ? $" and {things.Length - Named} more" : "");
}
