namespace Mammoth.Cli.Sample;

/// <summary>A type, and how values of it are made up.</summary>
/// <param name="Name">The column's name without its prefix.</param>
/// <param name="Type">The type in SQL.</param>
/// <param name="Value">A value as the type's input function reads it.</param>
internal sealed record TypeColumn(string Name, string Type, Func<SampleRandom, string> Value)
{
    /// <summary>What stands between elements of an array: a comma, but for <c>box</c>.</summary>
    public char Delimiter { get; init; } = ',';
}
