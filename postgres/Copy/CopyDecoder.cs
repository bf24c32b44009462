using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Mammoth.Postgres.Copy.Builders;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// Decodes a binary COPY stream into Arrow batches, wherever the bytes come from: give it what has arrived, take a batch when one is full.
/// <code>
/// position += decoder.Decode(buffer.AsSpan(position, filled - position));
/// if (decoder.IsFull) … decoder.TakeBatch() …
/// </code>
/// Every byte is checked; a stream that is cut, damaged or of other columns gives a <see cref="CopyFormatException"/>, after which the decoder is of no use.
/// Not safe for several threads; its batches may be used and disposed on any.
/// </summary>
public sealed class CopyDecoder : IDisposable, LargeRow.IFields
{
    private readonly IReadOnlyList<CopyColumn> columns;
    private readonly bool[] holdsArray;

    /// <summary>By column: a value is appended, and that is all.</summary>
    private readonly bool[] isPlain;

    /// <summary>Of the fields of the row that is decoded, -1 for null.</summary>
    private readonly int[] lengths;

    /// <summary>By column: the form in which it is hashed, where that has other oids.</summary>
    private readonly CopyType?[] hashedAs;
    private readonly CopyDecoderOptions options;
    private readonly IUnfitRows? unfit;
    private readonly BuilderPool pool;
    private readonly List<UnfitValue> unfitValues = [];
    private readonly LargeRow? large;
    private readonly ILargeObjects? objects;
    private readonly ObjectHashes objectHashes = new();

    /// <summary>Several rows at a time; null where a row must be looked at as a whole.</summary>
    private readonly RowBlock? block;

    /// <summary>So many rows are decoded one by one: one of them does not fit, or is damaged.</summary>
    private int single;
    private BatchBuilder? begun;
    private bool isDisposed;
    private Stage stage = Stage.Header;

    /// <summary>The column that is decoded.</summary>
    private int current;
    private RowDigest digest;
    private RowDigest unfitDigest;
    private long bytes;
    private int unfitRows;
    private long unfitBytes;

    /// <param name="columns">The stream's columns in order.</param>
    /// <param name="options">Bounds; the defaults where null.</param>
    /// <param name="unfit">Takes rows that do not fit; where null the first one throws <see cref="UnfitValueException"/>.</param>
    /// <param name="large">Takes the values that are too large for their column.</param>
    /// <param name="objects">The large objects that columns name.</param>
    /// <exception cref="ArgumentException">A column may have large values, and nobody takes them; or it names large objects, and nobody knows them.</exception>
    public CopyDecoder(IReadOnlyList<CopyColumn> columns, CopyDecoderOptions? options = null, IUnfitRows? unfit = null, ILargeValues? large = null, ILargeObjects? objects = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        this.columns = columns;
        this.options = options ?? new CopyDecoderOptions();
        this.unfit = unfit;
        holdsArray = [.. columns.Select(c => CanonicalTuple.HoldsArray(c.Type))];
        hashedAs = [.. columns.Select(c => c.HashedAs is { } form && TypeOids.Differ(c.Type, form) ? form : null)];
        isPlain = [.. columns.Select((c, i) => !holdsArray[i] && hashedAs[i] is null && c.Large is not { IsObject: true })];
        lengths = new int[columns.Count];
        Schema = new Schema(
            [
                .. columns.Select(c => new Field(c.Name, c.Type.ArrowType, true)),
                .. columns.Select(c => c.Large).OfType<LargeColumn>().Select(l => new Field(l.Name, LargeValue.Form.ArrowType, true)),
            ],
            null);
        if (columns.FirstOrDefault(c => c.Large is { IsObject: true }) is { } naming)
            this.objects = objects ?? throw new ArgumentException($"Nobody knows the large objects of column '{naming.Name}'.", nameof(objects));
        if (columns.FirstOrDefault(c => c.Large is { IsObject: false }) is { } marked)
            this.large = new LargeRow(columns, large ?? throw new ArgumentException($"Nobody takes the large values of column '{marked.Name}'.", nameof(large)), this, this.options);
        if (columns.Count > 0 && this.objects is null && hashedAs.All(f => f is null))
            block = new RowBlock(columns.Count, (int)Math.Min(int.MaxValue, columns.Min(c => c.Large?.Over) ?? int.MaxValue));
        pool = new BuilderPool(Schema, columns, this.options.UncheckedText);
    }

    private enum Stage
    {
        Header,
        Rows,
        LargeRow,
        Ended,
    }

    /// <summary>That of the batch begun. Only rented when it is first asked for: by then the one before was mostly given back, and its memory is still in the nearest cache.</summary>
    private BatchBuilder Builder => begun ??= pool.Rent();

    /// <summary>The Arrow schema of the batches: the stream's columns, then those of references to large values. Every field is nullable.</summary>
    public Schema Schema { get; }

    /// <summary>
    /// The batch, or what was handed to <see cref="IUnfitRows"/> since the last one, has reached the bounds of a batch: <see cref="Decode"/> reads no more until
    /// the batch is taken. So whoever collects unfit rows can empty its hands, however few rows fit.
    /// </summary>
    public bool IsFull { get; private set; }

    /// <summary>The trailer was read.</summary>
    public bool IsEnded => stage == Stage.Ended;

    /// <summary>Bytes that the next call of <see cref="Decode"/> must at least be given to get on, as far as is known by now.</summary>
    public int NeededBytes { get; private set; } = CopyHeader.Length;

    /// <summary>Counts and digests of the rows so far.</summary>
    public CopyTotals Totals => new(digest, unfitDigest, bytes);

    /// <summary>
    /// Decodes the whole rows at the beginning of <paramref name="data"/> and returns how many bytes it has done with; the rest must be given
    /// again, with more behind it. Changes the bytes: array flags are zeroed in place, also in rows that must be given again.
    /// </summary>
    /// <exception cref="CopyFormatException">The stream is damaged, or of other columns.</exception>
    /// <exception cref="UnfitValueException">A value does not fit, and there is no <see cref="IUnfitRows"/>.</exception>
    public int Decode(Span<byte> data)
    {
        int position = 0;
        if (stage == Stage.Header)
        {
            position = CopyHeader.Read(data);
            if (position == 0)
            {
                NeededBytes = Math.Max(CopyHeader.Length, data.Length + 1);
                return 0;
            }

            stage = Stage.Rows;
        }

        while (stage is Stage.Rows or Stage.LargeRow && !IsFull)
        {
            Span<byte> rest = data[position..];
            if (stage == Stage.LargeRow)
            {
                position += large!.Read(rest, out int needed);
                if (needed > 0)
                {
                    NeededBytes = needed;
                    return position;
                }

                EndLargeRow();
                continue;
            }

            if (single == 0 && DecodeBlock(rest) is int decoded and > 0)
            {
                position += decoded;
                continue;
            }

            int length = TupleLength(rest);
            if (stage == Stage.LargeRow)
            {
                large!.Begin(rest[..2]);
                unfitValues.Clear();
                objectHashes.Clear();
                position += 2;
                continue;
            }

            if (length > rest.Length)
            {
                NeededBytes = length;
                return position;
            }

            if (stage == Stage.Ended)
                position += 2;
            else if (Builder.Rows > 0 && Builder.Bytes + length > options.BatchBytes)
                IsFull = true;
            else
                position += DecodeRow(rest[..length]);
        }

        if (stage == Stage.Ended && position < data.Length)
            throw new CopyFormatException("Bytes follow the trailer of the COPY stream.");
        NeededBytes = 0;
        return position;
    }

    /// <summary>
    /// The rows decoded since the last batch; without rows where <see cref="IsFull"/> was only due to unfit ones, or null where there is nothing at all. The caller
    /// disposes it, on whatever thread.
    /// </summary>
    public RecordBatch? TakeBatch()
    {
        bool wasFull = IsFull;
        IsFull = false;
        unfitRows = 0;
        unfitBytes = 0;
        if ((begun?.Rows ?? 0) == 0 && !wasFull)
            return null;
        DecodedBatch batch = Builder.Build(pool);
        begun = null;
        return batch;
    }

    /// <summary>Says that no more bytes come.</summary>
    /// <exception cref="CopyFormatException">The trailer was missing: rows may be, too.</exception>
    public void End()
    {
        if (stage != Stage.Ended)
            throw new CopyFormatException($"The COPY stream ended after {Totals.Rows} rows without its trailer; it was cut.");
    }

    /// <summary>Leaves the memory to decoders that come after; batches that were taken stay as they are until they are disposed themselves.</summary>
    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        if (begun is not null)
            pool.Return(begun);
        pool.Dispose();
        stage = Stage.Ended;
    }

    /// <summary>
    /// The length of the tuple that begins here; more than there is where it is not complete (then at least that many bytes are needed).
    /// Looks only at lengths and keeps them, so that a long value which arrives in pieces is not decoded over and over. Sees whether the stream has ended, and whether this row has
    /// large values.
    /// </summary>
    private int TupleLength(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2)
            return 2;
        int count = BinaryPrimitives.ReadInt16BigEndian(data);
        if (count == -1)
        {
            stage = Stage.Ended;
            return 2;
        }

        if (count != columns.Count)
            throw Malformed(null, $"it has {count} fields, not {columns.Count}");
        int position = 2;
        for (int i = 0; i < lengths.Length; i++)
        {
            if (data.Length - position < 4)
                return position + (4 * (count - i));
            int length = BinaryPrimitives.ReadInt32BigEndian(data.Slice(position, 4));
            lengths[i] = length;
            position += 4;
            if (length < -1 || length > options.RowBytes - position)
                throw Malformed(i, $"it announces {length} bytes");
            if (large is not null && LargeRow.IsLarge(columns[i], length))
            {
                stage = Stage.LargeRow;
                return 0;
            }

            if (length > 0)
                position += length;
            if (position > data.Length)
                return position + (4 * (count - i - 1));
        }

        return position;
    }

    /// <summary>Decodes whole rows, column by column, and returns their bytes; 0 where the next row is to be decoded by itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int DecodeBlock(Span<byte> data)
    {
        if (block is null)
            return 0;
        block.Find(data, options.BatchRows - Builder.Rows, options.BatchBytes - Builder.Bytes, options.RowBytes);
        if (block.Rows == 0)
            return 0;
        if (!TryAppend(data))
        {
            Builder.AbandonRows();
            single = block.Rows;
            return 0;
        }

        for (int i = 0; i < block.Rows; i++)
            digest = digest.Add(data[block.Row(i)]);
        Builder.EndRows(block.Rows, block.Bytes);
        bytes += block.Bytes;
        IsFull = Builder.Rows >= options.BatchRows || Builder.Bytes >= options.BatchBytes;
        return block.Bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryAppend(Span<byte> data)
    {
        try
        {
            for (int i = 0; i < columns.Count; i++)
            {
                ColumnPlaces places = block!.Column(i);
                if (holdsArray[i])
                    ZeroFlags(columns[i].Type, data, places);
                if (!Builder.Columns[i].TryAppend(data, places))
                    return false;
            }

            return true;
        }
        catch (CopyFormatException)
        {
            // Decoded by itself, the row says where and why.
            return false;
        }
    }

    private static void ZeroFlags(CopyType type, Span<byte> data, ColumnPlaces places)
    {
        for (int i = 0; i < places.Count; i++)
        {
            FieldPlace place = places[i];
            if (place.Length >= 0)
                CanonicalTuple.ZeroFlags(type, data.Slice(place.Start, place.Length));
        }
    }

    /// <param name="tuple">As long as its fields, by their lengths.</param>
    private int DecodeRow(Span<byte> tuple)
    {
        single = Math.Max(0, single - 1);
        if (unfitValues.Count > 0)
            unfitValues.Clear();
        objectHashes.Clear();
        try
        {
            AppendRow(tuple);
        }
        catch (CopyFormatException e)
        {
            throw Malformed(current, e.Message);
        }

        if (unfitValues.Count > 0)
            Refuse(tuple, RowDigest.Empty.Add(tuple), tuple.Length);
        else
            Keep(RowDigest.Empty.Add(tuple, objectHashes.Written), tuple.Length);
        bytes += tuple.Length;
        return tuple.Length;
    }

    private void AppendRow(Span<byte> tuple)
    {
        ReadOnlySpan<int> fields = lengths;
        ReadOnlySpan<ColumnBuilder> builders = Builder.Columns[..fields.Length];
        ReadOnlySpan<bool> plain = isPlain.AsSpan(0, fields.Length);
        int position = 2;
        for (int i = 0; i < fields.Length; i++)
        {
            int length = fields[i];
            position += 4;
            current = i;
            if (length < 0)
            {
                builders[i].AppendNull();
                continue;
            }

            // Columns behind one that did not fit are looked at too: who has to start again wants to know of all of them at once.
            Span<byte> value = tuple.Slice(position, length);
            if ((plain[i] ? builders[i].Append(value) : AppendOther(i, value)) is { } reason)
                unfitValues.Add(new UnfitValue(i, columns[i].Name, reason));
            position += length;
        }
    }

    private void EndLargeRow()
    {
        stage = Stage.Rows;
        if (unfitValues.Count == 0)
            large!.AddHashes(objectHashes.Written);
        RowDigest row = RowDigest.Empty.AddHash(large!.Hash);
        if (unfitValues.Count > 0)
            Refuse([], row, large.Kept);
        else
            Keep(row, large.Kept);
        bytes += large.Length;
    }

    private void Keep(RowDigest row, int kept)
    {
        Builder.EndRows(1, kept);
        digest += row;
        IsFull |= Builder.Rows >= options.BatchRows || Builder.Bytes >= options.BatchBytes;
    }

    void LargeRow.IFields.Null(int column) => Builder.Columns[column].AppendNull();

    void LargeRow.IFields.Value(int column, Span<byte> value)
    {
        try
        {
            if (AppendOther(column, value) is { } reason)
                unfitValues.Add(new UnfitValue(column, columns[column].Name, reason));
        }
        catch (CopyFormatException e)
        {
            throw Malformed(column, e.Message);
        }
    }

    void LargeRow.IFields.Large(int column, LargeValue value) => Builder.AppendLarge(column, value);

    void LargeRow.IFields.Unfit(int column, string reason) => unfitValues.Add(new UnfitValue(column, columns[column].Name, reason));

    CopyFormatException LargeRow.IFields.Malformed(int column, string why) => Malformed(column, why);

    /// <summary>Brings a value into canonical form and appends it; where it does not fit, says why.</summary>
    private string? AppendOther(int column, Span<byte> value)
    {
        if (holdsArray[column])
            CanonicalTuple.ZeroFlags(columns[column].Type, value);
        string? reason = Builder.Columns[column].Append(value);
        if (objects is not null && columns[column].Large is { IsObject: true } && objects.Find(BinaryPrimitives.ReadUInt32BigEndian(value)) is { } found)
        {
            Builder.AppendObject(column, found);
            objectHashes.Add(column, found);
        }

        if (hashedAs[column] is { } form)
            TypeOids.Rewrite(columns[column].Type, form, value);
        return reason;
    }

    private void Refuse(ReadOnlySpan<byte> tuple, RowDigest row, int kept)
    {
        Builder.AbandonRows();
        unfitDigest += row;
        if (unfit is null)
            throw new UnfitValueException(unfitValues[0].ColumnName, unfitValues[0].Reason);
        unfit.Add(new UnfitRow { Values = CollectionsMarshal.AsSpan(unfitValues), Tuple = tuple });
        unfitRows++;
        unfitBytes += kept;
        IsFull |= unfitRows >= options.BatchRows || unfitBytes >= options.BatchBytes;
    }

    private CopyFormatException Malformed(int? column, string why)
    {
        long row = digest.Rows + unfitDigest.Rows;
        string? name = column is { } i ? columns[i].Name : null;
        return new CopyFormatException(name is null
            ? $"Row {row} of the COPY stream can't be read: {why}."
            : $"Column '{name}' of row {row} of the COPY stream can't be read: {why.TrimEnd('.')}.")
        {
            Row = row,
            Column = name,
        };
    }
}
