using System.CommandLine;
using System.Text.Json;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Runs;
using Mammoth.Cli.Sample;
using Mammoth.Migration.Runs;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth sample</c>: fills a database with the sample.</summary>
internal static class SampleCommand
{
    public static Option<SampleSize> Size() => WordOption.Create<SampleSize>("--size", "The sample's size. small: seconds; medium: about 1 GB; large: about 10 GB.");

    public static Option<long> Seed() => new("--seed")
    {
        Description = "The same seed makes the same rows.",
        HelpName = "number",
        DefaultValueFactory = _ => 42,
        CustomParser = result => WholeNumber.Parse(result, "--seed"),
    };

    public static Command Create(Terminal terminal)
    {
        Option<string?> source = Source.Option();
        Option<SampleSize> size = Size();
        Option<long> seed = Seed();
        Option<bool> replace = new("--replace") { Description = "Drop the sample's schemas (shop, types, Odd \"Names\") first where they are there." };
        Option<OutputForm> output = Output.Option();
        CommandWithExamples command = new(
            "sample",
            "Fill a database with the sample: a shop, every type of PostgreSQL, and what breaks naive programs.",
            "mammoth sample --source \"Host=localhost;Database=shop;Username=me\"",
            "mammoth sample --source postgres://me@localhost/shop --size medium --seed 7",
            "MAMMOTH_SOURCE=postgres://me@localhost/shop mammoth sample --replace")
        {
            source, size, seed, replace, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string connection = Source.Of(parsed.GetValue(source));
            bool json = parsed.GetValue(output) == OutputForm.Json;
            SampleSummary summary = await LoadAsync(terminal, connection, parsed.GetValue(size), parsed.GetValue(seed), parsed.GetValue(replace), json, cancellationToken);
            if (json)
            {
                terminal.Raw.WriteLine(JsonSerializer.Serialize(summary, RunFolder.Json));
                return 0;
            }

            terminal.Out.MarkupLineInterpolated($"[green]Filled[/] {Source.Describe(connection)}: {Amount.Of(summary.Tables, "table")}, {Amount.Of(summary.Rows, "row")}, {Amount.Bytes(summary.DatabaseBytes)}.");
            foreach (string sentence in summary.LeftOut)
                terminal.Out.MarkupLineInterpolated($"[yellow]Left out:[/] {sentence}.");

            return 0;
        });
        return command;
    }

    /// <summary>Loads the sample with a progress bar, with a line now and then where nobody watches, or in silence.</summary>
    public static async Task<SampleSummary> LoadAsync(Terminal terminal, string connection, SampleSize size, long seed, bool replace, bool silent, CancellationToken cancellationToken)
    {
        SampleLoader loader = new(connection);
        try
        {
            return !silent && terminal.IsLive
                ? await WithBarAsync(terminal, loader, size, seed, replace, cancellationToken)
                : await loader.LoadAsync(size, seed, replace, silent ? null : new SampleLines(terminal.Error, TimeProvider.System, TimeSpan.FromSeconds(10)), cancellationToken);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new RunStoppedException("The sample was stopped halfway.", "Run the same command again with --replace: it begins anew.", e);
        }
    }

    private static async Task<SampleSummary> WithBarAsync(Terminal terminal, SampleLoader loader, SampleSize size, long seed, bool replace, CancellationToken cancellationToken) =>
        await terminal.Out.Progress().HideCompleted(true).AutoClear(true).StartAsync(async context =>
        {
            ProgressTask task = context.AddTask("sample");
            return await loader.LoadAsync(size, seed, replace, new Bar(task), cancellationToken);
        });

    /// <summary>Reports at once: <see cref="Progress{T}"/> would post to the thread pool, and reports would come out of order.</summary>
    private sealed class Bar(ProgressTask task) : IProgress<SampleProgress>
    {
        public void Report(SampleProgress value)
        {
            task.Description = Printable.Escape($"{value.Table}, {Amount.Bytes(value.Bytes)}");
            task.MaxValue = value.TotalRows;
            task.Value = value.Rows;
        }
    }
}
