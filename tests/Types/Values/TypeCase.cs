namespace Mammoth.Tests.Types.Values;

/// <summary>A type that a column can have, random values of it, and what docs/types.md says it becomes.</summary>
/// <param name="Name">The case's and its table's name.</param>
/// <param name="Sql">The type in SQL, names qualified.</param>
/// <param name="Target">The Iceberg type as the plan shows it.</param>
/// <param name="Value">A value as the type's input function reads it; null: the column holds only nulls, or what <see cref="Fill"/> says.</param>
internal sealed record TypeCase(string Name, string Sql, string Target, Func<Random, string>? Value)
{
    /// <summary>The server's first major version that has it.</summary>
    public int Since { get; init; }

    /// <summary>The extension it comes with.</summary>
    public string? Extension { get; init; }

    /// <summary>A query of one column of the type, for what can't be written down.</summary>
    public string? Fill { get; init; }

    /// <summary>Some values don't fit the type's exact form, so the column is carried as text.</summary>
    public bool Unfit { get; init; }

    /// <summary>The column's definition after the type.</summary>
    public string Generated { get; init; } = "";

    /// <summary>Whether the type's input function reads what its output function prints.</summary>
    public bool ReadsItself { get; init; } = true;

    /// <summary>Whether there are arrays of it.</summary>
    public bool HasArray { get; init; } = true;

    /// <summary>What an array of it becomes.</summary>
    public string ArrayTarget { get => field ?? (Unfit ? "string" : $"list<{Target}>"); init; }

    /// <summary>What stands between elements of an array: a comma, but for <c>box</c>.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>SQL that makes the type of a text, <c>{0}</c>, that was read from the warehouse.</summary>
    public string Back { get => field ?? $"({{0}})::{Sql}"; init; }

    /// <summary>SQL that prints a value, <c>{0}</c>, as psql would: by the type's own output function.</summary>
    public string Printed { get; init; } = "pg_catalog.format('%s', {0})";

    /// <summary>Everything, by name.</summary>
    public static IReadOnlyDictionary<string, TypeCase> All { get; } = new IEnumerable<TypeCase>[]
    {
        NumberCases.All(), TextCases.All(), DocumentCases.All(), TimeCases.All(), PlaceCases.All(), RangeCases.All(), SystemCases.All(), ArrayCases.All(), MadeCases.All(),
    }.SelectMany(c => c).ToDictionary(c => c.Name);

    public override string ToString() => Name;
}
