using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Mammoth.Cli.Options;

/// <summary>The usual help, and the command's examples behind it.</summary>
/// <param name="ofAll">The examples of the root command, which is of the library's own kind.</param>
internal sealed class HelpWithExamples(HelpAction usual, IReadOnlyList<string> ofAll) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        IReadOnlyList<string> examples = parseResult.CommandResult.Command switch
        {
            CommandWithExamples command => command.Examples,
            RootCommand => ofAll,
            _ => [],
        };
        if (examples.Count > 0)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in examples)
                output.WriteLine($"  {example}");

            output.WriteLine();
        }

        return code;
    }
}
