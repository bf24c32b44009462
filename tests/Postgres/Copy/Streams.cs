using System.Buffers;
using Apache.Arrow;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Whole COPY streams in memory, decoded and encoded.</summary>
internal static class Streams
{
    /// <summary>Decodes a stream given in pieces of random lengths. Zeroes its array flags in place.</summary>
    public static List<RecordBatch> Decode(CopyDecoder decoder, byte[] stream, Random random, int longestPiece = 1 << 16)
    {
        List<RecordBatch> batches = [];
        int position = 0;
        int given = 0;
        while (true)
        {
            position += decoder.Decode(stream.AsSpan(position, given - position));
            if (decoder.IsFull)
            {
                batches.Add(decoder.TakeBatch()!);
                continue;
            }

            if (given == stream.Length)
                break;
            given = Math.Min(stream.Length, given + random.Next(1, longestPiece));
        }

        decoder.End();
        if (decoder.TakeBatch() is { } last)
            batches.Add(last);
        return batches;
    }

    /// <summary>Encodes batches into a stream with header and trailer.</summary>
    public static byte[] Encode(IReadOnlyList<CopyColumn> columns, IEnumerable<RecordBatch> batches, out RowDigest digest)
    {
        var output = new ArrayBufferWriter<byte>();
        CopyHeader.Write(output);
        digest = RowDigest.Empty;
        using var encoder = new CopyEncoder(columns);
        foreach (RecordBatch batch in batches)
            digest += encoder.WriteAndDigest(batch, output);
        CopyHeader.WriteTrailer(output);
        return output.WrittenSpan.ToArray();
    }
}

/// <summary>Keeps what is said of unfit rows.</summary>
internal sealed class CollectedUnfitRows : IUnfitRows
{
    public List<(string Column, string Reason, byte[] Tuple)> Rows { get; } = [];

    public List<UnfitValue[]> Values { get; } = [];

    public void Add(in UnfitRow row)
    {
        Rows.Add((row.Values[0].ColumnName, row.Values[0].Reason, row.Tuple.ToArray()));
        Values.Add(row.Values.ToArray());
    }
}
