using Mammoth.Cli.Commands;
using Mammoth.Cli.Rendering;
using Mammoth.Migration.Copying;

MemoryUse.BoundHeap();
return await MammothCommand.RunAsync(args, Terminal.OfThisProcess(), CancellationToken.None);
