using Mammoth.Migration.Copying;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Copies one chunk into data files and a manifest of its own. Each attempt writes names of its own; only the recorded one counts.</summary>
public sealed class CopyChunk(MigrationSite site) : Activity<CopyChunk, CopyChunk.Input, ChunkResult>
{
    /// <param name="Table">Where the <see cref="OpenedTable"/> lies.</param>
    public sealed record Input(string Run, string Token, string Table, int Chunk);

    public override Task<ChunkResult> Run(ActivityContext context, Input input) =>
        ChunkCopy.Run(site, input.Run, input.Token, input.Table, input.Chunk, context.Cancellation);
}
