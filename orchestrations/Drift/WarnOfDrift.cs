using Mammoth.Migration.Drift;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Drift;

/// <summary>Warns in the log of what differs, a line each, so that an alert can be set on it.</summary>
public sealed class WarnOfDrift(MigrationSite site) : Activity<WarnOfDrift, WarnOfDrift.Input, Nothing>
{
    /// <param name="Location">Where the <see cref="SchemaDrift"/> lies.</param>
    public sealed record Input(string Run, string Location);

    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        SchemaDrift drift = await site.Folder(input.Run).Read<SchemaDrift>(input.Location, context.Cancellation);
        foreach (string line in drift.Lines())
        {
            context.Logger.LogWarning("Schema drift of {Database}, run {Run}: {Line}", ShownName.OneLine(drift.Database), input.Run, line);
        }

        return default;
    }
}
