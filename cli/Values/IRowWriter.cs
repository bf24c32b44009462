using Apache.Arrow;

namespace Mammoth.Cli.Values;

/// <summary>Prints rows in one form.</summary>
internal interface IRowWriter
{
    /// <summary>Prints the first <paramref name="rows"/> rows of a batch.</summary>
    void Write(RecordBatch batch, int rows);

    /// <summary>After the last row.</summary>
    void End();
}
