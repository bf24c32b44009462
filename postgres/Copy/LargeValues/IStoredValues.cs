namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>Opens the objects that references name.</summary>
public interface IStoredValues
{
    /// <summary>The object's bytes, as they are there: whoever reads compares length and hash.</summary>
    /// <exception cref="LargeValueException">There is no such object, or it is not one of the table's.</exception>
    Task<Stream> Open(LargeValue value, CancellationToken cancellation);
}
