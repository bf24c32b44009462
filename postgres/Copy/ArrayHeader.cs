namespace Mammoth.Postgres.Copy;

/// <summary>The header of an array on the wire: dimensions, flags, element oid, and size and lower bound for each dimension.</summary>
internal static class ArrayHeader
{
    /// <summary><c>MAXDIM</c>.</summary>
    public const int MostDimensions = 6;

    /// <summary>Length without dimensions, in bytes.</summary>
    public const int EmptyLength = 12;

    /// <summary>Length with one dimension, in bytes.</summary>
    public const int OneDimensionLength = 20;
}
