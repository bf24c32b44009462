namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>A reference to a value that is an object of its own: exactly the value's bytes (text in UTF-8).</summary>
/// <param name="Location">The object's full URI.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its bytes, 64 lower-case hexadecimal digits.</param>
public sealed record LargeValue(string Location, long Bytes, string Sha256)
{
    /// <summary>A reference as a table has it: <c>struct&lt;location, bytes, sha256&gt;</c>.</summary>
    public static CopyType.Composite Form { get; } = new([new("location", 25, new CopyType.Text()), new("bytes", 20, new CopyType.Int8()), new("sha256", 25, new CopyType.Text())]);
}
