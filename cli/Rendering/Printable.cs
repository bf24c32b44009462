using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mammoth.Cli.Rendering;

/// <summary>
/// Text that does to a terminal nothing but show. Names, comments and messages come from databases and may hold control characters, which would
/// move the cursor, change colours or the window's title, or order letters so that they read as something else.
/// </summary>
internal static class Printable
{
    private const char Dot = '·';

    /// <summary>With a dot for each control character; line breaks and tabs are shown as their symbols.</summary>
    public static string Of(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 ? text : string.Concat(text.Select(c => Of(c)));

    /// <summary>The same, as Spectre's markup.</summary>
    public static string Escape(string text) => Markup.Escape(Of(text));

    /// <summary>Guards a console: whatever is written to it, nothing but its own sequences reaches the terminal.</summary>
    public static void Guard(IAnsiConsole console) => console.Pipeline.Attach(new Hook());

    private static char Of(char c) => c switch
    {
        '\n' => '␊',
        '\r' => '␍',
        '\t' => '␉',
        _ when char.IsControl(c) => Dot,

        // Marks that turn the direction of writing.
        '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') => Dot,
        _ => c,
    };

    private sealed class Hook : IRenderHook
    {
        public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(r => new Guarded(r));
    }

    private sealed class Guarded(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            inner.Render(options, maxWidth).Select(s => s.IsControlCode || s.IsLineBreak || Of(s.Text) is var text && text == s.Text ? s : new Segment(text, s.Style));
    }
}
