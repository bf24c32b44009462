namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>Takes the large objects that rows name.</summary>
public interface ILargeObjectSink
{
    /// <summary>A row names this object. Many rows may name the same.</summary>
    /// <param name="number">Its number (<c>oid</c>).</param>
    Task Add(uint number, LargeValue value, CancellationToken cancellation);
}
