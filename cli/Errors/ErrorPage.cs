using System.Text.Json;
using Mammoth.Cli.Rendering;
using Mammoth.Migration.Runs;
using Spectre.Console;

namespace Mammoth.Cli.Errors;

/// <summary>Prints an error: one page, no stack trace unless asked for.</summary>
internal static class ErrorPage
{
    public static int Show(Terminal terminal, Exception error, bool json, bool verbose)
    {
        Failure failure = FailureReader.Read(error);
        if (json)
            terminal.Raw.WriteLine(JsonSerializer.Serialize(new { error = new { failure.Code, failure.What, failure.Table, failure.Cause, failure.WayOut } }, RunFolder.Json));

        Show(terminal.Error, failure);
        if (verbose)
            terminal.Error.WriteLine(error.ToString());

        return failure.ExitCode;
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
