using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Mammoth.Cli.Report;

/// <summary>HTML under construction: every value put into a piece is encoded, unless it is HTML itself.</summary>
internal sealed class Html
{
    private readonly StringBuilder text = new();

    /// <summary>Adds a piece.</summary>
    public Html Add([InterpolatedStringHandlerArgument("")] Piece piece)
    {
        // The handler has written into this builder already.
        _ = piece;
        return this;
    }

    /// <summary>Adds what is HTML already.</summary>
    public Html AddRaw(string html)
    {
        text.Append(html);
        return this;
    }

    public override string ToString() => text.ToString();

    /// <summary>Collects the parts of an interpolated string, the literal ones as they are and the others encoded.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Piece
    {
        private readonly StringBuilder text;

        public Piece(int literalLength, int formattedCount, Html html)
        {
            _ = formattedCount;
            text = html.text;
            text.EnsureCapacity(text.Length + literalLength);
        }

        public void AppendLiteral(string literal) => text.Append(literal);

        public void AppendFormatted(string? value) => text.Append(WebUtility.HtmlEncode(value));

        public void AppendFormatted(Html value) => text.Append(value.text);

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
