using System.Globalization;
using System.IO.Hashing;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// An order-independent digest of rows: the sum modulo 2^128 of XxHash128 over each row's COPY tuple
/// (field count, then length-prefixed fields, null as length -1), array flags zeroed.
/// A sum, because XOR would cancel twins. Behind the tuple of a row that names large objects stand their hashes.
/// </summary>
public readonly record struct RowDigest(long Rows, UInt128 Sum)
{
    /// <summary>No rows.</summary>
    public static RowDigest Empty => default;

    /// <summary>This digest and one more row, given the row's COPY tuple in canonical form.</summary>
    public RowDigest Add(ReadOnlySpan<byte> tuple) => AddHash(XxHash128.HashToUInt128(tuple));

    /// <summary>The same of a row that names large objects, whose hashes follow its tuple.</summary>
    internal RowDigest Add(ReadOnlySpan<byte> tuple, ReadOnlySpan<byte> objects)
    {
        if (objects.IsEmpty)
            return Add(tuple);
        var hash = new XxHash128();
        hash.Append(tuple);
        hash.Append(objects);
        return AddHash(hash.GetCurrentHashAsUInt128());
    }

    /// <summary>This digest and one more row, given the hash of its tuple.</summary>
    internal RowDigest AddHash(UInt128 hash) => new(Rows + 1, unchecked(Sum + hash));

    /// <summary>The digest of both sets of rows.</summary>
    public static RowDigest operator +(RowDigest a, RowDigest b) => new(a.Rows + b.Rows, unchecked(a.Sum + b.Sum));

    /// <summary><c>rows:32 hex digits</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows}:{Sum:x32}");

    /// <summary>The inverse of <see cref="ToString"/>.</summary>
    /// <exception cref="FormatException">The text is no digest.</exception>
    public static RowDigest Parse(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long rows)
            && UInt128.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 sum)
                ? new(rows, sum)
                : throw new FormatException($"'{text}' is not a digest (rows:hex).");
    }
}
