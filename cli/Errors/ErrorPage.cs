using System.Text.Json;
using Mammoth.Cli.Rendering;
using Mammoth.Migration.Runs;
using Spectre.Console;

namespace Mammoth.Cli.Errors;

/// <summary>Prints an error: one page, no stack trace unless asked for.</summary>
internal static class ErrorPage
{
    /// <param name="args">The command line: what may be secret in it is not repeated, whatever it was given for.</param>
    public static int Show(Terminal terminal, Exception error, bool json, bool verbose, IReadOnlyList<string> args)
    {
        Failure failure = FailureReader.Read(error);
        failure = failure with { What = Withheld.In(failure.What, args), Cause = Withhold(failure.Cause), WayOut = Withhold(failure.WayOut) };
        if (json)
            terminal.Raw.WriteLine(JsonSerializer.Serialize(new { error = new { failure.Code, failure.What, failure.Table, failure.Cause, failure.WayOut } }, RunFolder.Json));

        Show(terminal.Error, failure);
        if (verbose)
            terminal.Error.WriteLine(Withheld.In(error.ToString(), args));

        return failure.ExitCode;

        string? Withhold(string? text) => text is null ? null : Withheld.In(text, args);
    }

    public static void Show(IAnsiConsole console, Failure failure)
    {
        console.MarkupLineInterpolated($"[red bold]Error:[/] {failure.What}");
        if (failure.Table is { } table)
            console.MarkupLineInterpolated($"[dim]Table:[/] {table}");
        if (failure.Cause is { Length: > 0 } cause)
            console.MarkupLineInterpolated($"[dim]Cause:[/] {cause}");
        if (failure.WayOut is { Length: > 0 } wayOut)
            console.MarkupLineInterpolated($"[green]What to do:[/] {wayOut}");
    }
}
