using Mammoth.Cli.Commands;
using Mammoth.Cli.Rendering;

return await MammothCommand.RunAsync(args, Terminal.OfThisProcess(), CancellationToken.None);
