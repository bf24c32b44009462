using System.CommandLine;
using System.CommandLine.Help;
using Mammoth.Cli.Errors;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Runs;
using Mammoth.Cli.Serve;
using Mammoth.Iceberg.Faults;
using Mammoth.Migration.Errors;

namespace Mammoth.Cli.Commands;

/// <summary>The command <c>mammoth</c> with all that it can do.</summary>
internal static class MammothCommand
{
    /// <summary>From nothing to the first query.</summary>
    internal static IReadOnlyList<string> Examples { get; } =
    [
        "mammoth demo",
        "mammoth plan --source postgres://me@localhost/shop",
        "mammoth migrate --source postgres://me@localhost/shop --warehouse ./lake",
        "mammoth read shop.orders --warehouse ./lake --limit 5",
        "mammoth verify --warehouse ./lake",
    ];

    /// <summary>Parses and runs a command line.</summary>
    /// <returns>The exit code (see <see cref="ExitCodes"/>).</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellationToken)
    {
        RootCommand root = Create(terminal);
        ParseResult parsed = root.Parse(args.Count == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            ErrorPage.Show(terminal.Error, new(Withheld.In(string.Join(" ", parsed.Errors.Select(e => e.Message)), args), null, $"`{Name(parsed, root)} --help` shows what it takes.", ExitCodes.Usage));
            return ExitCodes.Usage;
        }

        bool verbose = parsed.GetValue(Output.Verbose);
        bool json = parsed.CommandResult.Command.Options.OfType<Option<OutputForm>>().FirstOrDefault() is { } output && parsed.GetValue(output) == OutputForm.Json;
        try
        {
            InvocationConfiguration configuration = new()
            {
                EnableDefaultExceptionHandler = false,
                Output = terminal.Raw,
                Error = terminal.Error.Profile.Out.Writer,

                // How long Ctrl-C waits for what is under way to end in good order.
                ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
            };
            CheckFailpoints();
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            return ErrorPage.Show(terminal, new RunStoppedException($"`{Name(parsed, root)}` was stopped before its end.", "Run the same command again.", e), json, verbose, args);
        }
        catch (Exception e)
        {
            // The outermost place: every error becomes a page and an exit code.
            return ErrorPage.Show(terminal, e, json, verbose, args);
        }
    }

    private static void CheckFailpoints()
    {
        try
        {
            Failpoint.Check();
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, "Correct it, or unset it: it is for tests only.");
        }
    }

    internal static RootCommand Create(Terminal terminal)
    {
        RootCommand root = new("Moves PostgreSQL databases into Apache Iceberg tables, and proves it.")
        {
            PlanCommand.Create(terminal),
            MigrateCommand.Create(terminal),
            ServeCommand.Create(terminal),
            VerifyCommand.Create(terminal),
            DriftCommand.Create(terminal),
            RehearseCommand.Create(terminal),
            TablesCommand.Create(terminal),
            ReadCommand.Create(terminal),
            CleanCommand.Create(terminal),
            SampleCommand.Create(terminal),
            DemoCommand.Create(terminal),
            SoakCommand.Create(terminal),
        };
        root.Options.Add(Output.Verbose);
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, Examples);
        return root;
    }

    private static string Name(ParseResult parsed, RootCommand root) =>
        parsed.CommandResult.Command is RootCommand ? "mammoth" : $"mammoth {string.Join(' ', Path(parsed.CommandResult.Command, root))}";

    private static IEnumerable<string> Path(Command command, RootCommand root) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent && parent != root ? [.. Path(parent, root), command.Name] : [command.Name];
}
