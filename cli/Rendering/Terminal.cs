using System.Text;
using Spectre.Console;

namespace Mammoth.Cli.Rendering;

/// <summary>Where the command writes: results to <paramref name="Out"/>, errors and progress to <paramref name="Error"/>.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="IsLive">A person watches: progress may move. Where it is false, progress is plain lines.</param>
internal sealed record Terminal(IAnsiConsole Out, IAnsiConsole Error, bool IsLive)
{
    /// <summary>Cells of a line below which the terminal itself may break lines.</summary>
    private const int Narrowest = 40;

    /// <summary>The plain writer behind <see cref="Out"/>, for output that no width may wrap.</summary>
    public TextWriter Raw => Out.Profile.Out.Writer;

    public static Terminal OfThisProcess()
    {
        // Table names are Unicode; where the locale says ASCII they would become question marks.
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        bool live = !Console.IsOutputRedirected && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new(For(Console.Out, Console.IsOutputRedirected), For(Console.Error, Console.IsErrorRedirected), live);
    }

    /// <summary>A terminal nobody watches, on two writers.</summary>
    public static Terminal Plain(TextWriter output, TextWriter error) => new(For(output, redirected: true), For(error, redirected: true), IsLive: false);

    private static IAnsiConsole For(TextWriter writer, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });

        Printable.Guard(console);

        // A file has no width; lines are not to be broken at one.
        if (redirected)
            console.Profile.Width = 160;
        else
            console.Profile.Width = Math.Max(Narrowest, console.Profile.Width);

        return console;
    }
}
