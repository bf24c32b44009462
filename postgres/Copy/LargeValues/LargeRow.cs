using System.Buffers.Binary;
using System.IO.Hashing;

namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>
/// Reads one row at a time that has large values, field by field as they arrive: a large value is handed on piece by piece, and hashed with the row, but never held.
/// </summary>
/// <param name="fields">Takes what is read.</param>
internal sealed class LargeRow(IReadOnlyList<CopyColumn> columns, ILargeValues values, LargeRow.IFields fields, CopyDecoderOptions options)
{
    private readonly XxHash128 hash = new();
    private int column;
    private int left;
    private Utf8Pieces text;
    private bool isValid;

    /// <summary>What becomes of the fields.</summary>
    internal interface IFields
    {
        void Null(int column);

        /// <summary>A value that is not large; it is brought into canonical form in place.</summary>
        void Value(int column, Span<byte> value);

        /// <summary>A large value that was handed on.</summary>
        void Large(int column, LargeValue value);

        /// <summary>A large value that was handed on and does not fit its column.</summary>
        void Unfit(int column, string reason);

        /// <summary>What is to be thrown for a field that can't be read.</summary>
        CopyFormatException Malformed(int column, string why);
    }

    /// <summary>The hash of the row's tuple in canonical form, once it is whole.</summary>
    public UInt128 Hash => hash.GetCurrentHashAsUInt128();

    /// <summary>Bytes of the row on the wire so far.</summary>
    public int Length { get; private set; }

    /// <summary>Those of them that are kept in memory.</summary>
    public int Kept { get; private set; }

    /// <summary>Whether a field of this length is a large value.</summary>
    public static bool IsLarge(CopyColumn column, int length) => column.Large is { } large && length - VersionLength(column) > large.Over;

    /// <summary>A row begins.</summary>
    /// <param name="count">The count of its fields, as on the wire.</param>
    public void Begin(ReadOnlySpan<byte> count)
    {
        hash.Reset();
        hash.Append(count);
        Length = Kept = count.Length;
        (column, left) = (0, 0);
    }

    /// <summary>What is hashed behind the tuple.</summary>
    public void AddHashes(ReadOnlySpan<byte> objects) => hash.Append(objects);

    /// <summary>Reads what there is of the row.</summary>
    /// <param name="needed">Bytes that the next call must at least be given; 0: the row is whole.</param>
    /// <returns>How many bytes it has done with.</returns>
    public int Read(Span<byte> data, out int needed)
    {
        int position = 0;
        while (column < columns.Count)
        {
            (int done, needed) = left > 0 ? Piece(data[position..]) : Field(data[position..]);
            position += done;
            Length += done;
            if (needed > 0)
                return position;
        }

        needed = 0;
        return position;
    }

    private static int VersionLength(CopyColumn column) => column.Type is CopyType.VersionedText ? 1 : 0;

    private (int Done, int Needed) Field(Span<byte> data)
    {
        if (data.Length < 4)
            return (0, 4);
        int length = BinaryPrimitives.ReadInt32BigEndian(data);
        if (length < -1 || length > options.RowBytes - Length - 4)
            throw fields.Malformed(column, $"it announces {length} bytes");
        if (IsLarge(columns[column], length))
            return Open(data, length);
        int end = 4 + Math.Max(length, 0);
        if (data.Length < end)
            return (0, end);
        if (length < 0)
            fields.Null(column);
        else
            fields.Value(column, data[4..end]);
        hash.Append(data[..end]);
        Kept += end;
        column++;
        return (end, 0);
    }

    private (int Done, int Needed) Open(ReadOnlySpan<byte> data, int length)
    {
        int head = 4 + VersionLength(columns[column]);
        if (data.Length < head)
            return (0, head);
        if (head > 4 && data[4] != 1)
            throw fields.Malformed(column, $"A versioned text has version {data[4]}; only version 1 is known.");
        hash.Append(data[..head]);
        left = length + 4 - head;
        (text, isValid) = (default, true);
        values.Begin(column, left);
        return (head, 0);
    }

    private (int Done, int Needed) Piece(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return (0, 1);
        ReadOnlySpan<byte> piece = data[..Math.Min(left, data.Length)];
        left -= piece.Length;
        if (columns[column].Type is not CopyType.Bytea && isValid)
            isValid = text.Add(piece) && (left > 0 || text.IsWhole);
        if (!isValid && !options.UncheckedText)
            throw fields.Malformed(column, "A text is not valid UTF-8.");
        hash.Append(piece);
        values.Write(piece);
        if (left == 0)
            End();
        return (piece.Length, 0);
    }

    private void End()
    {
        LargeValue value = values.End();
        if (isValid)
            fields.Large(column, value);
        else
            fields.Unfit(column, "invalid UTF-8");
        column++;
    }
}
