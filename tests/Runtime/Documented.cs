using System.Runtime.CompilerServices;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime;

/// <summary>The example of <c>docs/runtime.md</c>, which must not rot: it is below, compiled and run.</summary>
public sealed class Documented
{
    [Fact]
    public async Task The_example_is_what_the_page_shows_and_it_works()
    {
        var cancellation = TestContext.Current.CancellationToken;
        string page = await File.ReadAllTextAsync(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "docs", "runtime.md")), cancellation);
        string shown = page.Split("```csharp\n")[1].Split("```")[0];
        Assert.Contains(Flat(shown), Flat(await File.ReadAllTextAsync(Here(), cancellation)), StringComparison.Ordinal);

        using var journal = new LocalJournal();
        var registry = new Registry().AddOrchestration<CopyTable>().AddActivity(() => new CopyChunk(new Source())).AddEntity<Checkpoint>();
        await using var host = await journal.Open(registry: registry);
        await host.Start<CopyTable>("copy", new CopyTable.Input("orders", 0, 450, 0), cancellation);
        Assert.Equal(4500, await host.WaitForCompletion<long>("copy", cancellation));
        Assert.Equal(4500, (await host.ReadEntity<Checkpoint>("orders", cancellation)).Rows);
        Assert.Equal(2, (await host.Status("copy", cancellation))?.Turn);
    }

    private static string Flat(string code) => string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Here([CallerFilePath] string path = "") => path;

    public sealed class Source
    {
        private long copied;

        public async Task<CopyChunk.Result> Copy(string table, int chunk, CancellationToken cancellation)
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            copied += 10;
            return new($"{table}-{chunk}", copied);
        }
    }

    // The page's text starts here.
    public sealed class CopyChunk(Source source) : Activity<CopyChunk, CopyChunk.Input, CopyChunk.Result>
    {
        public sealed record Input(string Table, int Chunk);
        public sealed record Result(string Manifest, long Rows);

        public override async Task<Result> Run(ActivityContext context, Input input) => await source.Copy(input.Table, input.Chunk, context.Cancellation);
    }

    public sealed record Checkpoint(long Rows) : IEntity
    {
        public Checkpoint() : this(0) { }
        public Checkpoint Advance(long rows) => new(Rows + rows);
    }

    public sealed class CopyTable : LoopingOrchestration<CopyTable, CopyTable.Input, long>
    {
        public sealed record Input(string Table, int Next, int Chunks, long Rows);

        public override async Task<Next<Input, long>> Run(OrchestrationContext context, Input input)
        {
            int end = Math.Min(input.Next + 200, input.Chunks);
            var results = await context.Window([.. Enumerable.Range(input.Next, end - input.Next)], 8,
                chunk => CopyChunk.Call(context, new(input.Table, chunk), new Retry(5, TimeSpan.FromSeconds(1))));
            long rows = results.Sum(r => r.Rows);
            context.Entity<Checkpoint>(input.Table).Signal(c => c.Advance(rows));
            return end < input.Chunks ? Again(input with { Next = end, Rows = input.Rows + rows }) : input.Rows + rows;
        }
    }
}
