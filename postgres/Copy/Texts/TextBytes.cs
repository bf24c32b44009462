using System.Buffers;
using System.Buffers.Text;

namespace Mammoth.Postgres.Copy.Texts;

/// <summary>Writes pieces of UTF-8 text.</summary>
internal static class TextBytes
{
    public static void Write(this IBufferWriter<byte> text, byte character)
    {
        text.GetSpan(1)[0] = character;
        text.Advance(1);
    }

    /// <summary>A number in decimal, with zeros in front where it has fewer digits.</summary>
    public static void Write(this IBufferWriter<byte> text, long number, byte digits = 0)
    {
        Span<byte> to = text.GetSpan(32);
        Utf8Formatter.TryFormat(number, to, out int written, digits == 0 ? default : new StandardFormat('D', digits));
        text.Advance(written);
    }
}
