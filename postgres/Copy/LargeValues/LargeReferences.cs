using Apache.Arrow;
using Mammoth.Postgres.Copy.Encoders;

namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>Reads a column of references to large values (<see cref="LargeValue.Form"/>).</summary>
public sealed class LargeReferences : IDisposable
{
    private IArrowArray? references;
    private StringArray? locations;
    private Int64Array? lengths;
    private StringArray? hashes;

    /// <summary>Takes up a column; <see cref="Dispose"/> lets go of it.</summary>
    /// <returns>Whether it holds any reference.</returns>
    /// <exception cref="ArgumentException">It is no such column.</exception>
    public bool Bind(IArrowArray column)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArrayData data = column.Data;
        if (!ArrowLayout.IsSame(data.DataType, LargeValue.Form.ArrowType))
            throw new ArgumentException("The column holds no references.", nameof(column));
        references = column;
        locations = new StringArray(data.Children[0]);
        lengths = new Int64Array(data.Children[1]);
        hashes = new StringArray(data.Children[2]);
        return column.NullCount < column.Length;
    }

    /// <summary>Lets go of the column, which stays whoever's it is.</summary>
    public void Dispose() => (references, locations, lengths, hashes) = (null, null, null, null);

    /// <summary>The reference of a row, or null.</summary>
    /// <exception cref="UnencodableValueException">It is not whole.</exception>
    public LargeValue? this[int row]
    {
        get
        {
            if (references!.IsNull(row))
                return null;
            int at = references.Data.Offset + row;
            return locations!.GetString(at) is { } location && lengths!.GetValue(at) is { } length && hashes!.GetString(at) is { } hash
                ? new(location, length, hash)
                : throw new UnencodableValueException("a reference to a large value lacks its location, length or hash");
        }
    }
}
