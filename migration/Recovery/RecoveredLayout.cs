using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Recovery;

/// <summary>How a table comes back: its name and columns in the scratch database.</summary>
internal sealed record RecoveredLayout(QualifiedName Name, IReadOnlyList<RecoveredColumn> Columns)
{
    private const string Probe = "pg_temp.mammoth_probe";
    private const string Masked = "masked: ";

    private static readonly string[] Masks = [$"{Masked}null", $"{Masked}a constant", $"{Masked}SHA-256 of its text"];

    /// <param name="session">In the scratch database.</param>
    /// <param name="name">The table's name there.</param>
    /// <exception cref="UnrecoverableException">A column can't come back in any type.</exception>
    public static async Task<RecoveredLayout> Of(SourceSession session, QualifiedName name, TableMetadata table, CancellationToken cancellation)
    {
        IReadOnlyList<SourceColumn> columns = SourceColumns.Of(table);
        IReadOnlyDictionary<string, ColumnType> types = await Types(session, columns, cancellation);
        RecoveredColumn Column(SourceColumn column) =>
            RecoveredColumn.Of(column, types.GetValueOrDefault(column.Type), Mask(table.CurrentSchema, column))
            ?? throw new UnrecoverableException($"column {column.Source} is of type {column.Type}, which the server to rehearse on has not, or has otherwise");
        return new(name, [.. columns.Select(Column)]);
    }

    /// <summary>What was read in a column's place, by the column's documentation, in which what Mammoth says stands last; null: itself.</summary>
    private static string? Mask(Schema schema, SourceColumn column)
    {
        string said = schema.Fields.FirstOrDefault(f => f.Name == column.Name)?.Doc?.TrimEnd(']') ?? "";
        return Masks.FirstOrDefault(m => said.EndsWith($"PostgreSQL {column.Type}; {m}", StringComparison.Ordinal))?[Masked.Length..];
    }

    /// <summary>The types as the database has them, by what SQL calls them; those it lacks are missing.</summary>
    private static async Task<IReadOnlyDictionary<string, ColumnType>> Types(SourceSession session, IReadOnlyList<SourceColumn> columns, CancellationToken cancellation)
    {
        string[] names = [.. columns.Select(c => c.Type).Distinct(StringComparer.Ordinal)];
        HashSet<string> missing = await RecoveryTypes.Missing(session, names, cancellation);
        string[] there = [.. names.Where(n => !missing.Contains(n))];
        if (there.Length == 0)
        {
            return new Dictionary<string, ColumnType>();
        }

        // What the server itself took for the name of a type can't be anything else in a statement.
        await session.Execute($"CREATE TEMPORARY TABLE {Probe} ({string.Join(", ", there.Select((t, i) => $"c{i} {t}"))})", cancellation);
        IReadOnlyList<ColumnType> types = await ColumnTypes.Read(session.Connection, Probe, session.ServerVersion, cancellation);
        await session.Execute($"DROP TABLE {Probe}", cancellation);
        return there.Zip(types).ToDictionary(t => t.First, t => t.Second, StringComparer.Ordinal);
    }
}

/// <summary>What the warehouse holds of a table can't be brought back into the server to rehearse on.</summary>
public sealed class UnrecoverableException(string message) : MammothException(message)
{
    public override string Code => "unrecoverable";
}
