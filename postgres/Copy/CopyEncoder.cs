using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Types;
using Mammoth.Postgres.Copy.Encoders;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// Encodes Arrow batches into the tuples of a binary COPY: the inverse of <see cref="CopyDecoder"/>, byte for byte, array flags aside.
/// What comes out is hashed (the digest of a table) or sent to <c>COPY … FROM STDIN (FORMAT binary)</c> between
/// <see cref="CopyHeader.Write"/> and <see cref="CopyHeader.WriteTrailer"/>. Allocates nothing per row. Not safe for several threads.
/// </summary>
public sealed class CopyEncoder : IDisposable
{
    private readonly IReadOnlyList<CopyColumn> columns;
    private readonly ColumnEncoder[] encoders;
    private readonly TupleWriter tuple = new();

    /// <param name="columns">The stream's columns, one for each column of the batches, in order.</param>
    public CopyEncoder(IReadOnlyList<CopyColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        this.columns = columns;
        encoders = [.. columns.Select(c => EncoderFactory.Create(c.Type))];
    }

    /// <summary>The digest of the batch's rows.</summary>
    /// <exception cref="ArgumentException">The batch has other columns.</exception>
    /// <exception cref="UnencodableValueException">A value is none of its PostgreSQL type.</exception>
    public RowDigest Digest(RecordBatch batch) => Encode(batch, null, hash: true);

    /// <summary>Writes the batch's rows as tuples.</summary>
    /// <inheritdoc cref="Digest"/>
    public void Write(RecordBatch batch, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Encode(batch, output, hash: false);
    }

    /// <summary>Writes the batch's rows as tuples, and returns their digest.</summary>
    /// <inheritdoc cref="Digest"/>
    public RowDigest WriteAndDigest(RecordBatch batch, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Encode(batch, output, hash: true);
    }

    public void Dispose() => tuple.Dispose();

    private RowDigest Encode(RecordBatch batch, IBufferWriter<byte>? output, bool hash)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Require(batch);
        RowDigest digest = RowDigest.Empty;
        try
        {
            for (int i = 0; i < encoders.Length; i++)
                encoders[i].Bind(batch.Column(i).Data);
            for (int row = 0; row < batch.Length; row++)
            {
                EncodeRow(row);
                if (hash)
                    digest = digest.Add(tuple.Written);
                if (output is not null)
                    output.Write(tuple.Written);
            }
        }
        finally
        {
            foreach (ColumnEncoder encoder in encoders)
                encoder.Unbind();
            GC.KeepAlive(batch);
        }

        return digest;
    }

    private void EncodeRow(int row)
    {
        tuple.Clear();
        tuple.WriteInt16((short)encoders.Length);
        foreach (ColumnEncoder encoder in encoders)
            encoder.Write(row, tuple);
    }

    private void Require(RecordBatch batch)
    {
        if (batch.ColumnCount != columns.Count)
            throw new ArgumentException($"The batch has {batch.ColumnCount} columns, not {columns.Count}.", nameof(batch));
        for (int i = 0; i < columns.Count; i++)
        {
            IArrowType found = batch.Column(i).Data.DataType;
            if (!ArrowLayout.IsSame(found, columns[i].Type.ArrowType))
                throw new ArgumentException($"Column '{columns[i].Name}' is an Arrow {found.Name}, which is not what {columns[i].Type.GetType().Name} is encoded from.", nameof(batch));
        }
    }
}
