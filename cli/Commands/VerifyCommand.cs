using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Errors;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth verify</c>: reads published tables again and compares them with what was proven when they were published.</summary>
internal static class VerifyCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string?> warehouse = WarehouseOption.Create();
        Option<string[]> include = RunOptions.Include();
        Option<string[]> exclude = RunOptions.Exclude();
        Option<OutputForm> output = Output.Option();
        CommandWithExamples command = new(
            "verify", "Read every row of the published tables again, and compare their digest with the one that was proven against the source. Exit code 1 where one differs.",
            "mammoth verify --warehouse ./lake",
            "mammoth verify --warehouse ./lake --include \"shop.*\" --output json")
        {
            warehouse, include, exclude, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (Warehouse place, StorageCatalog catalog) = await WarehouseOption.OpenAsync(parsed.GetValue(warehouse), cancellationToken);
            TableChoice choice = new(parsed.GetValue(include) ?? [], parsed.GetValue(exclude) ?? []);
            bool json = parsed.GetValue(output) == OutputForm.Json;
            List<TableProof> proofs = [];
            await foreach (TableProof proof in PublishedProof.Verify(place.Io, catalog, t => choice.Has(t.Namespace, t.Name), cancellationToken))
            {
                proofs.Add(proof);
                if (!json)
                    Show(terminal.Out, proof);
            }

            if (proofs.Count == 0)
                throw new UsageException($"No table of {catalog.Root} was chosen.", "`mammoth tables list` shows those there are; patterns are matched on namespace.table and case matters.");

            int differing = proofs.Count(p => !p.Holds);
            if (json)
                terminal.Raw.WriteLine(JsonSerializer.Serialize(new { Holds = differing == 0, Tables = proofs }, RunFolder.Json));
            else
                Conclude(terminal.Out, proofs, differing);

            return differing == 0 ? ExitCodes.Done : ExitCodes.Differences;
        });
        return command;
    }

    private static void Show(IAnsiConsole console, TableProof proof)
    {
        if (proof.Holds)
            console.MarkupLineInterpolated($"[green]✓[/] {proof.Table}: {Amount.Of(proof.Rows, "row")}");
        else
            console.MarkupLineInterpolated($"[red]✗[/] {proof.Table}: {proof.Problem}");
    }

    private static void Conclude(IAnsiConsole console, List<TableProof> proofs, int differing)
    {
        if (differing == 0)
        {
            console.MarkupLineInterpolated($"[green bold]{(proofs.Count == 1 ? "The one table holds" : $"All {proofs.Count} tables hold")}[/] the rows that were proven when they were published: {Amount.Of(proofs.Sum(p => p.Rows), "row")}.");
            return;
        }

        console.MarkupLineInterpolated($"[red bold]{differing} of {Amount.Of(proofs.Count, "table")} {(differing == 1 ? "does" : "do")} not hold what was published.[/]");
        console.MarkupLineInterpolated($"[green]What to do:[/] find out who changed them (`mammoth tables snapshots` and `mammoth tables files` show what is there), and run `mammoth migrate` again: it writes a new snapshot of what the source holds.");
    }
}
