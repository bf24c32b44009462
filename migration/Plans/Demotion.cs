using Mammoth.Migration.Types;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Plans;

/// <summary>Columns that turned out to hold a value their exact type can't, and are carried as text from the table's restart on.</summary>
public static class Demotion
{
    /// <summary>The plan with these columns (by warehouse name) as text.</summary>
    public static TablePlan WithText(this TablePlan plan, IReadOnlyCollection<string> columns) =>
        columns.Count == 0 ? plan : plan with { Columns = [.. plan.Columns.Select(c => columns.Contains(c.Name) ? AsText(c) : c)] };

    private static ColumnPlan AsText(ColumnPlan column)
    {
        var text = new CopyType.Text();
        return column with
        {
            Expression = column.TextExpression,
            Wire = text,
            TargetType = IcebergForm.Describe(text),
            Note = $"a value of it did not fit {column.TargetType}",
            MayNotFit = null,
        };
    }
}
