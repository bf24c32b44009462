using System.CommandLine;
using Mammoth.Cli.Rendering;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth tables</c>: looks into a warehouse.</summary>
internal static class TablesCommand
{
    public static Command Create(Terminal terminal) => new("tables", "Look into a warehouse: its tables, their schemas, snapshots and files.")
    {
        TablesListCommand.Create(terminal),
        TablesSchemaCommand.Create(terminal),
        TablesSnapshotsCommand.Create(terminal),
        TablesFilesCommand.Create(terminal),
    };
}
