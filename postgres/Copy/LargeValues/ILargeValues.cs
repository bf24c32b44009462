namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>Takes large values, one after the other, in the pieces in which they arrive. It may block, and it may throw, which ends the copy.</summary>
public interface ILargeValues
{
    /// <summary>A value begins.</summary>
    /// <param name="column">The column's index.</param>
    /// <param name="length">Bytes of the value.</param>
    void Begin(int column, long length);

    /// <summary>The next bytes of the value; only valid during the call.</summary>
    void Write(ReadOnlySpan<byte> piece);

    /// <summary>All of it was written.</summary>
    /// <returns>Where it lies.</returns>
    LargeValue End();
}
