using Mammoth.Migration.Copying;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Writes the results of a turn's chunks to storage, linked to those of the turn before.</summary>
public sealed class FoldChunks(MigrationSite site) : Activity<FoldChunks, FoldChunks.Input, string>
{
    public sealed record Input(string Run, string? Previous, IReadOnlyList<ChunkResult> Chunks);

    public override Task<string> Run(ActivityContext context, Input input) =>
        ChunkFold.Write(site, input.Run, input.Previous, input.Chunks, context.Cancellation);
}
