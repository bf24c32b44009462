using System.Globalization;
using Mammoth.Migration.Errors;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Quarantine;

/// <summary>More rows of a table do not fit than <c>--max-errors</c> allows: nothing of it is published.</summary>
/// <param name="aside">Rows that do not fit, as far as they were counted.</param>
/// <param name="rows">All rows of the table; null where it was given up before they were counted.</param>
/// <param name="examples">The first of them, see <see cref="Example"/>.</param>
public sealed class BudgetExceededException(QualifiedName table, long aside, long? rows, ErrorBudget budget, IReadOnlyList<string> examples) : MammothException(
    string.Create(
        CultureInfo.InvariantCulture,
        $"{table}: {(rows is not null ? $"{aside:N0} of {rows:N0} rows do not fit" : aside == 1 ? "a row does not fit" : $"{aside:N0} rows do not fit so far")}, and {budget} may be set aside (--max-errors). The first: {string.Join("; ", examples)}."),
    "Nothing of the table is published. Correct these values in the source, allow more, or carry the columns as text (policy string).")
{
    internal const int MostExamples = 3;
    private const int LongestKey = 200;

    public override string Code => "max-errors";

    /// <param name="key">The row's key, or nothing.</param>
    internal static string Example(string column, string reason, string? key) =>
        $"column {column}: {reason}{(string.IsNullOrEmpty(key) ? "" : $" (key {(key.Length <= LongestKey ? key : $"{key[..LongestKey]}…")})")}";
}
