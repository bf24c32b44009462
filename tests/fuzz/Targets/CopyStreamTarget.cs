using Apache.Arrow;
using Mammoth.Postgres.Copy;

namespace Mammoth.Fuzz.Targets;

/// <summary>
/// The COPY decoder. The first byte chooses the columns, the second the pieces in which the rest arrives. What is decoded is encoded again: both must have the same digest.
/// </summary>
internal static class CopyStreamTarget
{
    private static readonly CopyDecoderOptions Options = new() { BatchRows = 4, RowBytes = 1 << 16 };

    private static readonly CopyType[][] Forms =
    [
        [new CopyType.Bool(), new CopyType.Int2(), new CopyType.Int4(), new CopyType.Int8(), new CopyType.Oid(), new CopyType.Uuid(), new CopyType.Bytea()],
        [new CopyType.Float4(), new CopyType.Float8(), new CopyType.Date(), new CopyType.Time(), new CopyType.Timestamp(), new CopyType.TimestampTz(), new CopyType.Money(2)],
        [new CopyType.Numeric(9, 2), new CopyType.Numeric(18, 0), new CopyType.Numeric(38, 38), new CopyType.Text(), new CopyType.VersionedText()],
        [new CopyType.Hstore(), new CopyType.Array(23, new CopyType.Int4()), new CopyType.Array(25, new CopyType.Text())],
        [
            new CopyType.Array(1700, new CopyType.Numeric(38, 5)),
            new CopyType.Composite([new("a", 23, new CopyType.Int4()), new("b", 25, new CopyType.Text()), new("c", 1007, new CopyType.Array(23, new CopyType.Int4()))]),
            new CopyType.Array(90_000, new CopyType.Composite([new("a", 16, new CopyType.Bool()), new("b", 3802, new CopyType.VersionedText())])),
        ],
    ];

    public static CopyColumn[] Columns(byte choice) => [.. Forms[choice % Forms.Length].Select((form, i) => new CopyColumn($"c{i}", form))];

    public static int Choices => Forms.Length;

    public static void Read(byte[] bytes)
    {
        if (bytes.Length < 2)
            return;
        CopyColumn[] columns = Columns(bytes[0]);
        int piece = bytes[1] == 0 ? int.MaxValue : bytes[1];
        byte[] stream = bytes[2..];
        var unfit = new Count();
        using var decoder = new CopyDecoder(columns, Options, unfit);
        List<RecordBatch> batches = [];
        try
        {
            Decode(decoder, stream, piece, batches);
        }
        catch (CopyFormatException e)
        {
            // Before the first row and behind the last there is no row to name.
            FindingException.Unless(
                e.Row is null ? e.Message.Contains("COPY", StringComparison.Ordinal)
                : e.Row == decoder.Totals.Rows && e.Message.Contains($"ow {e.Row} of", StringComparison.Ordinal) && (e.Column is null || e.Message.Contains($"'{e.Column}'", StringComparison.Ordinal)),
                e);
        }

        if (decoder.TakeBatch() is { } last)
            batches.Add(last);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        RowDigest digest = RowDigest.Empty;
        using var encoder = new CopyEncoder(columns);
        foreach (RecordBatch batch in batches)
        {
            digest += encoder.WriteAndDigest(batch, output);
            batch.Dispose();
        }

        if (digest != decoder.Totals.Digest || unfit.Rows != decoder.Totals.Unfit.Rows)
            throw new FindingException($"Decoded {decoder.Totals.Digest}, encoded {digest}; {unfit.Rows} of {decoder.Totals.Unfit.Rows} unfit rows.");
    }

    private static void Decode(CopyDecoder decoder, byte[] stream, int piece, List<RecordBatch> batches)
    {
        int position = 0;
        int given = 0;
        while (true)
        {
            position += decoder.Decode(stream.AsSpan(position, given - position));
            if (decoder.IsFull)
            {
                if (decoder.TakeBatch() is { } batch)
                    batches.Add(batch);
                continue;
            }

            if (given == stream.Length)
                break;
            given = (int)Math.Min(stream.Length, (long)given + piece);
        }

        decoder.End();
    }

    private sealed class Count : IUnfitRows
    {
        public long Rows { get; private set; }

        public void Add(in UnfitRow row) => Rows++;
    }
}
