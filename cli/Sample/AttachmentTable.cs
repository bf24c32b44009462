namespace Mammoth.Cli.Sample;

/// <summary>Files from nothing at all to 20 MB; half of them can't be compressed.</summary>
internal static class AttachmentTable
{
    private const int Largest = 20 << 20;

    public static SampleTable Attachments(SampleCounts counts) => new(
        "shop", "attachments", ["id", "order_id", "file_name", "media_type", "content"],
        """
        CREATE TABLE shop.attachments (
          id integer NOT NULL, order_id bigint, file_name text NOT NULL, media_type text, content bytea,
          size bigint GENERATED ALWAYS AS (length(content)) STORED);
        """)
    {
        Rows = counts.Attachments,
        Row = (lines, random, i) =>
        {
            lines.Add(i + 1).Add(random.OneIn(5) ? (long?)null : 1 + random.Below(counts.Orders)).Add($"{random.Pick(Words.Things)} {i}.bin");
            lines.Add(random.OneIn(3) ? null : "application/octet-stream");
            int size = i switch { 0 => 0, 1 => 1, 2 => Largest, _ => random.Below(random.Below(counts.AttachmentBytes) + 1) };
            if (i % 17 == 16)
                lines.Null();
            else
                lines.AddBytes(Content(random, size, repeats: i % 2 == 1));
        },
    };

    private static byte[] Content(SampleRandom random, int size, bool repeats)
    {
        byte[] content = new byte[size];
        random.Fill(repeats ? content.AsSpan(0, Math.Min(size, 1_024)) : content);
        for (int at = 1_024; repeats && at < size; at += 1_024)
            content.AsSpan(0, Math.Min(1_024, size - at)).CopyTo(content.AsSpan(at));

        return content;
    }
}
