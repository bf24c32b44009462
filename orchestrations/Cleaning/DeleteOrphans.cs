using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Cleaning;

/// <summary>Deletes the files of a part.</summary>
public sealed class DeleteOrphans(MigrationSite site) : Activity<DeleteOrphans, DeleteOrphans.Input, Nothing>
{
    public sealed record Input(string Location, int Part);

    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        await OrphanParts.Delete(site, input.Location, input.Part, context.Cancellation);
        return default;
    }
}
