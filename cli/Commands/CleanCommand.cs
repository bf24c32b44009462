using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Runs;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Migrations;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth clean</c>: finds, and deletes where asked, files that nothing refers to.</summary>
internal static class CleanCommand
{
    private const int MostShown = 20;

    public static Command Create(Terminal terminal)
    {
        Option<string?> warehouse = WarehouseOption.Create();
        Option<TimeSpan?> olderThan = new("--older-than")
        {
            Description = "Files younger than this are left alone, for somebody may be about to refer to them: 36h, 7d. Without it 3d.",
            HelpName = "age",
            CustomParser = result =>
            {
                if (Age.Parse(result.Tokens[0].Value) is { } age)
                    return age;
                result.AddError($"'{result.Tokens[0].Value}' is no age from 10 seconds to 30 days, such as 36h or 7d, which --older-than takes.");
                return default;
            },
        };
        Option<bool> delete = new("--delete") { Description = "Delete what is found; without it, it is only shown." };
        Option<string?> giveUp = new("--give-up") { Description = "A run that has not ended and that nobody is to go on with: what it left is then found like the rest, and it can't be resumed.", HelpName = "run" };
        Option<OutputForm> output = Output.Option();
        CommandWithExamples command = new(
            "clean", "Find files of tables that no metadata, snapshot or unfinished run refers to, and delete them where asked.",
            "mammoth clean --warehouse ./lake",
            "mammoth clean --warehouse ./lake --older-than 7d --delete",
            "mammoth clean --warehouse ./lake --give-up 20261126T020000-1a2b3c")
        {
            warehouse, olderThan, delete, giveUp, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (Warehouse place, StorageCatalog catalog) = await WarehouseOption.OpenAsync(parsed.GetValue(warehouse), cancellationToken);
            if (parsed.GetValue(giveUp) is { } run)
            {
                string state = StateFolder.For(place);
                await LocalMigration.GiveUp(place.Io, place.Root, state, run, cancellationToken);
                StateFolder.DropIfEmpty(state);
            }

            OrphanList orphans = await Orphans.Find(place.Io, catalog, DateTimeOffset.UtcNow - (parsed.GetValue(olderThan) ?? Orphans.SafeAge), cancellationToken);
            bool deletes = parsed.GetValue(delete);
            if (deletes)
                await Orphans.Delete(place.Io, orphans.Files.Select(f => f.Location), cancellationToken);

            if (parsed.GetValue(output) == OutputForm.Json)
                terminal.Raw.WriteLine(JsonSerializer.Serialize(new { Deleted = deletes, Bytes = orphans.Files.Sum(f => f.Length), orphans.Files, orphans.Kept, orphans.Young }, RunFolder.Json));
            else
                Show(terminal.Out, catalog.Root, orphans, deletes);
            return 0;
        });
        return command;
    }

    private static void Show(IAnsiConsole console, string root, OrphanList orphans, bool deleted)
    {
        foreach (FileEntry file in orphans.Files.Take(MostShown))
            console.MarkupLineInterpolated($"[dim]{file.Modified.UtcDateTime:yyyy-MM-dd HH:mm}[/] {Amount.Bytes(file.Length),10}  {file.Location[(root.Length + 1)..]}");
        if (orphans.Files.Count > MostShown)
            console.MarkupLineInterpolated($"[dim]and {orphans.Files.Count - MostShown} more (--output json lists all)[/]");

        foreach (UnfinishedFiles run in orphans.Kept)
            console.MarkupLineInterpolated($"[yellow]Kept:[/] {Amount.Of(run.Files, "file")} of run {run.Run}, {Amount.Bytes(run.Bytes)}: it has not ended. The command that began it goes on with it; `mammoth clean --give-up {run.Run}` gives it up.");
        if (orphans.Young > 0)
            console.MarkupLineInterpolated($"[dim]{Amount.Of(orphans.Young, "file")} to which nothing refers {(orphans.Young == 1 ? "is" : "are")} younger than the limit.[/]");

        string what = $"{Amount.Of(orphans.Files.Count, "file")}, {Amount.Bytes(orphans.Files.Sum(f => f.Length))}";
        if (orphans.Files.Count == 0)
            console.MarkupLine("[green]Nothing to clean.[/]");
        else if (deleted)
            console.MarkupLineInterpolated($"[green]Deleted[/] {what}.");
        else
            console.MarkupLineInterpolated($"{what} to which nothing refers. [green]What to do:[/] run it again with --delete.");
    }
}
