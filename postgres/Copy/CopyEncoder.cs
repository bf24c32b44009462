using System.Buffers;
using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Types;
using Mammoth.Postgres.Copy.Encoders;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// Encodes Arrow batches into the tuples of a binary COPY: the inverse of <see cref="CopyDecoder"/>, byte for byte, array flags aside.
/// What comes out is hashed (the digest of a table) or sent to <c>COPY … FROM STDIN (FORMAT binary)</c> between
/// <see cref="CopyHeader.Write"/> and <see cref="CopyHeader.WriteTrailer"/>. Allocates nothing per row. Not safe for several threads.
/// </summary>
public sealed class CopyEncoder : IDisposable
{
    /// <summary>Bytes of tuples that wait to be written together.</summary>
    private const int FlushBytes = 1 << 17;

    private readonly IReadOnlyList<CopyColumn> columns;
    private readonly ColumnEncoder[] encoders;
    private readonly TupleWriter tuple = new();

    /// <summary>By column; null where its values are never large.</summary>
    private readonly LargeReferences?[] references;
    private readonly LargeRowHash? large;
    private readonly IStoredValues? stored;
    private readonly ObjectHashes objectHashes = new();

    /// <param name="columns">The stream's columns, in order. A batch has one column for each, and behind them those of references to large values.</param>
    /// <param name="stored">Opens large values, where there may be some.</param>
    public CopyEncoder(IReadOnlyList<CopyColumn> columns, IStoredValues? stored = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        this.columns = columns;
        encoders = [.. columns.Select(c => EncoderFactory.Create(c.Type))];
        references = [.. columns.Select(c => c.Large is null ? null : new LargeReferences())];
        large = stored is null ? null : new LargeRowHash(stored);
        this.stored = stored;
    }

    /// <summary>The digest of the batch's rows.</summary>
    /// <exception cref="ArgumentException">The batch has other columns.</exception>
    /// <exception cref="UnencodableValueException">A value is none of its PostgreSQL type, or is an object of its own.</exception>
    public RowDigest Digest(RecordBatch batch) => Encode(batch, null, hash: true);

    /// <summary>The digest of the batch's rows, with large values read from their objects, in pieces.</summary>
    /// <exception cref="LargeValueException">An object is gone, or holds something else than was written.</exception>
    /// <inheritdoc cref="Digest"/>
    public async ValueTask<RowDigest> DigestStored(RecordBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        RowDigest digest = RowDigest.Empty;
        try
        {
            if (!Bind(batch))
                return Rows(batch, null, hash: true);
            if (large is null)
                throw new UnencodableValueException("it is an object of its own, and nobody is there to open it");
            for (int row = 0; row < batch.Length; row++)
            {
                large.Begin();
                await HashRow(large, row, cancellation).ConfigureAwait(false);
                digest = digest.AddHash(large.Value);
            }
        }
        finally
        {
            Unbind(batch);
        }

        return digest;
    }

    /// <summary>Writes the batch's rows as tuples, with large values from their objects, in pieces.</summary>
    /// <param name="objects">Takes the large objects that rows name, before the row is written; where null they are passed over.</param>
    /// <inheritdoc cref="DigestStored"/>
    public async ValueTask WriteStored(RecordBatch batch, Stream output, ILargeObjectSink? objects, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(output);
        try
        {
            bool any = Bind(batch);
            if (any && stored is null)
                throw new UnencodableValueException("it is an object of its own, and nobody is there to open it");
            tuple.Clear();
            for (int row = 0; row < batch.Length; row++)
            {
                if (any)
                    await WriteRow(row, output, objects, cancellation).ConfigureAwait(false);
                else
                    AppendRow(row);
                if (tuple.Length >= FlushBytes || row == batch.Length - 1)
                    await Flush(output, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            tuple.Clear();
            Unbind(batch);
        }
    }

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
        try
        {
            return Bind(batch) ? throw new UnencodableValueException("it is an object of its own") : Rows(batch, output, hash);
        }
        finally
        {
            Unbind(batch);
        }
    }

    private RowDigest Rows(RecordBatch batch, IBufferWriter<byte>? output, bool hash)
    {
        RowDigest digest = RowDigest.Empty;
        for (int row = 0; row < batch.Length; row++)
        {
            EncodeRow(row);
            if (hash)
                digest = digest.Add(tuple.Written);
            if (output is not null)
                output.Write(tuple.Written);
        }

        return digest;
    }

    /// <returns>Whether the batch has large values.</returns>
    private bool Bind(RecordBatch batch)
    {
        Require(batch);
        bool any = false;
        int reference = encoders.Length;
        for (int i = 0; i < encoders.Length; i++)
        {
            encoders[i].Bind(batch.Column(i).Data);
            if (references[i] is { } reader)
                any |= reader.Bind(batch.Column(reference++));
        }

        return any;
    }

    private void Unbind(RecordBatch batch)
    {
        foreach (ColumnEncoder encoder in encoders)
            encoder.Unbind();
        foreach (LargeReferences? reader in references)
            reader?.Dispose();
        GC.KeepAlive(batch);
    }

    /// <summary>Hashes a row that may have large values.</summary>
    private async ValueTask HashRow(LargeRowHash hash, int row, CancellationToken cancellation)
    {
        tuple.Clear();
        objectHashes.Clear();
        tuple.WriteInt16((short)encoders.Length);
        for (int i = 0; i < encoders.Length; i++)
        {
            int before = tuple.Length;
            encoders[i].Write(row, tuple);
            if (references[i]?[row] is not { } value)
                continue;
            if (columns[i].Large!.IsObject)
            {
                await hash.Check(value, cancellation).ConfigureAwait(false);
                objectHashes.Add(i, value);
                continue;
            }

            BeginLarge(i, before, value);
            hash.Add(tuple.Written);
            tuple.Clear();
            await hash.Add(value, cancellation).ConfigureAwait(false);
        }

        hash.Add(tuple.Written);
        hash.Add(objectHashes.Written);
    }

    /// <summary>Writes a row that may have large values, behind those that wait to be written.</summary>
    private async ValueTask WriteRow(int row, Stream output, ILargeObjectSink? objects, CancellationToken cancellation)
    {
        tuple.WriteInt16((short)encoders.Length);
        for (int i = 0; i < encoders.Length; i++)
        {
            int before = tuple.Length;
            encoders[i].Write(row, tuple);
            if (references[i]?[row] is not { } value)
                continue;
            if (columns[i].Large!.IsObject)
            {
                if (objects is not null)
                    await objects.Add(BinaryPrimitives.ReadUInt32BigEndian(tuple.Written[(before + 4)..]), value, cancellation).ConfigureAwait(false);
                continue;
            }

            BeginLarge(i, before, value);
            await Flush(output, cancellation).ConfigureAwait(false);
            await using var content = new LargeValueStream(value, await stored!.Open(value, cancellation).ConfigureAwait(false));
            await content.CopyToAsync(output, FlushBytes, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what stands before the bytes of a large value, in place of the null that its column has.</summary>
    private void BeginLarge(int column, int before, LargeValue value)
    {
        if (BinaryPrimitives.ReadInt32BigEndian(tuple.Written[before..]) != -1)
            throw new UnencodableValueException($"column '{columns[column].Name}' has a value and a reference to one");
        tuple.Truncate(before);
        bool versioned = columns[column].Type is CopyType.VersionedText;
        if (value.Bytes is < 0 or >= int.MaxValue)
            throw new UnencodableValueException($"column '{columns[column].Name}' refers to {value.Bytes} bytes");
        tuple.WriteInt32((int)value.Bytes + (versioned ? 1 : 0));
        if (versioned)
            tuple.WriteBytes([1]);
    }

    private async ValueTask Flush(Stream output, CancellationToken cancellation)
    {
        await output.WriteAsync(tuple.Memory, cancellation).ConfigureAwait(false);
        tuple.Clear();
    }

    private void EncodeRow(int row)
    {
        tuple.Clear();
        AppendRow(row);
    }

    private void AppendRow(int row)
    {
        tuple.WriteInt16((short)encoders.Length);
        foreach (ColumnEncoder encoder in encoders)
            encoder.Write(row, tuple);
    }

    private void Require(RecordBatch batch)
    {
        CopyColumn[] marked = [.. columns.Where(c => c.Large is not null)];
        if (batch.ColumnCount != columns.Count + marked.Length)
            throw new ArgumentException($"The batch has {batch.ColumnCount} columns, not {columns.Count + marked.Length}.", nameof(batch));
        for (int i = 0; i < columns.Count; i++)
            Require(batch, i, columns[i].Name, columns[i].Type);
        for (int i = 0; i < marked.Length; i++)
            Require(batch, columns.Count + i, marked[i].Large!.Name, LargeValue.Form);
    }

    private static void Require(RecordBatch batch, int column, string name, CopyType type)
    {
        IArrowType found = batch.Column(column).Data.DataType;
        if (!ArrowLayout.IsSame(found, type.ArrowType))
            throw new ArgumentException($"Column '{name}' is an Arrow {found.Name}, which is not what {type.GetType().Name} is encoded from.", nameof(batch));
    }
}
