using Mammoth.Migration.Copying;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Copies a run of chunks into data files and a manifest of its own. Each attempt writes names of its own; only the recorded one counts.</summary>
public sealed class CopyChunk(MigrationSite site) : Activity<CopyChunk, CopyChunk.Input, ChunkResult>
{
    /// <param name="Table">Where the <see cref="OpenedTable"/> lies.</param>
    /// <param name="Chunk">The first.</param>
    /// <param name="Count">How many.</param>
    public sealed record Input(string Run, string Token, string Table, int Chunk, int Count = 1);

    public override async Task<ChunkResult> Run(ActivityContext context, Input input)
    {
        ChunkResult result = await ChunkCopy.Run(site, input.Run, input.Token, input.Table, input.Chunk, input.Count, context.Cancellation);
        return result with { Count = input.Count, Attempt = context.Attempt, Memory = MemoryUse.Share() };
    }
}
