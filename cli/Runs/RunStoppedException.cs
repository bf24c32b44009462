using Mammoth.Migration.Errors;

namespace Mammoth.Cli.Runs;

/// <summary>Somebody asked the command to stop (Ctrl-C, SIGTERM), and it did.</summary>
internal sealed class RunStoppedException(string message, string wayOut, Exception? inner = null) : MammothException(message, wayOut, inner)
{
    public override string Code => "stopped";
}
