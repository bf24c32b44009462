namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>That a column's large values are objects of their own: then the value is null, and a column beside it says where the object lies.</summary>
/// <param name="Name">The column of references, which stands behind all others.</param>
/// <param name="Over">A value of more than so many bytes is large; text by its UTF-8 form, <c>jsonb</c> by its text.</param>
public sealed record LargeColumn(string Name, long Over)
{
    /// <summary>The column holds numbers of large objects: a row keeps the number, and the reference says where the object's bytes lie.</summary>
    public bool IsObject { get; init; }

    /// <summary>Of a column of numbers of large objects.</summary>
    public static LargeColumn OfObjects(string name) => new(name, long.MaxValue) { IsObject = true };

    /// <summary>What the name of a column of references has behind that of the values' own column.</summary>
    public const string Suffix = "__large";
}
