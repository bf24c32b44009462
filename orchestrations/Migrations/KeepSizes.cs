using Mammoth.Migration.Copying;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Keeps what was learnt of a table's copies for the runs to come.</summary>
public sealed class KeepSizes(MigrationSite site) : Activity<KeepSizes, KeepSizes.Input, Nothing>
{
    /// <param name="Location">Where it is kept.</param>
    public sealed record Input(string Location, BatchSizes Sizes);

    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        await CopySizes.Write(site, input.Location, input.Sizes, context.Cancellation);
        return default;
    }
}
