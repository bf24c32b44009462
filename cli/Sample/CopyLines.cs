using System.Globalization;
using System.Text;

namespace Mammoth.Cli.Sample;

/// <summary>
/// Rows in COPY's text format (PostgreSQL manual, COPY, "Text Format"), UTF-8, in a buffer that is flushed between rows:
/// memory holds one row at most beyond the buffer.
/// </summary>
internal sealed class CopyLines(Stream stream)
{
    private const int FlushAt = 1 << 16;

    private byte[] buffer = new byte[FlushAt * 2];
    private int used;
    private bool inRow;

    public long Rows { get; private set; }

    public long Bytes { get; private set; }

    public bool IsFull => used >= FlushAt;

    public CopyLines Null()
    {
        Begin(2);
        buffer[used++] = (byte)'\\';
        buffer[used++] = (byte)'N';
        return this;
    }

    /// <summary>Any text, escaped; null is NULL.</summary>
    public CopyLines Add(string? text)
    {
        if (text is null)
            return Null();

        Begin(text.Length * 6);
        int start = used;
        used += Encoding.UTF8.GetBytes(text, buffer.AsSpan(start));
        ReadOnlySpan<byte> plain = buffer.AsSpan(start, used - start);
        if (plain.IndexOfAny("\\\t\n\r"u8) >= 0)
            Escape(plain.ToArray(), start);

        return this;
    }

    public CopyLines Add(bool value)
    {
        Begin(1);
        buffer[used++] = value ? (byte)'t' : (byte)'f';
        return this;
    }

    /// <summary>Numbers, dates, uuids: what formats itself in ASCII without anything to escape.</summary>
    public CopyLines Add<T>(T value, string? format = null)
        where T : struct, IUtf8SpanFormattable
    {
        Begin(64);
        value.TryFormat(buffer.AsSpan(used), out int written, format, CultureInfo.InvariantCulture);
        used += written;
        return this;
    }

    public CopyLines Add<T>(T? value, string? format = null)
        where T : struct, IUtf8SpanFormattable => value is { } some ? Add(some, format) : Null();

    /// <summary>A whole number of hundredths as a decimal.</summary>
    public CopyLines AddHundredths(long hundredths)
    {
        Begin(32);
        if (hundredths < 0)
            buffer[used++] = (byte)'-';

        long whole = Math.Abs(hundredths);
        (whole / 100).TryFormat(buffer.AsSpan(used), out int written, default, CultureInfo.InvariantCulture);
        used += written;
        buffer[used++] = (byte)'.';
        buffer[used++] = (byte)('0' + (whole % 100 / 10));
        buffer[used++] = (byte)('0' + (whole % 10));
        return this;
    }

    public CopyLines AddTimestamp(DateTime value) => Add(value, "yyyy-MM-dd HH:mm:ss.ffffff");

    public CopyLines AddTimestampTz(DateTime utc)
    {
        AddTimestamp(utc);
        "+00"u8.CopyTo(buffer.AsSpan(used));
        used += 3;
        return this;
    }

    /// <summary>A <c>bytea</c> in hex.</summary>
    public CopyLines AddBytes(ReadOnlySpan<byte> bytes)
    {
        Begin((bytes.Length * 2) + 3);
        @"\\x"u8.CopyTo(buffer.AsSpan(used));
        used += 3;
        Convert.TryToHexStringLower(bytes, buffer.AsSpan(used), out int written);
        used += written;
        return this;
    }

    public void EndRow()
    {
        Reserve(1);
        buffer[used++] = (byte)'\n';
        inRow = false;
        Rows++;
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await stream.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
        Bytes += used;
        used = 0;
    }

    private void Begin(int bytes)
    {
        Reserve(bytes + 16);
        if (inRow)
            buffer[used++] = (byte)'\t';

        inRow = true;
    }

    private void Reserve(int bytes)
    {
        if (buffer.Length - used < bytes)
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, used + bytes));
    }

    private void Escape(ReadOnlySpan<byte> plain, int start)
    {
        used = start;
        foreach (byte b in plain)
        {
            byte escaped = b switch { (byte)'\t' => (byte)'t', (byte)'\n' => (byte)'n', (byte)'\r' => (byte)'r', (byte)'\\' => (byte)'\\', _ => 0 };
            if (escaped != 0)
                buffer[used++] = (byte)'\\';

            buffer[used++] = escaped != 0 ? escaped : b;
        }
    }
}
