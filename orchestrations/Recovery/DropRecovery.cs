using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>Drops the scratch databases of a run. What can't be dropped is a warning of the run, not its result.</summary>
public sealed class DropRecovery(MigrationSite site) : Activity<DropRecovery, DropRecovery.Input, Nothing>
{
    /// <param name="IsLast">It was tried often enough: it does not fail any more.</param>
    public sealed record Input(string Run, bool IsLast);

    /// <exception cref="RehearsalServerException">It may be otherwise the next time.</exception>
    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        try
        {
            DroppedDatabases dropped = await ScratchDatabase.DropOf(site.Recovery.Server, input.Run, context.Cancellation);
            if (!input.IsLast && dropped.Left.FirstOrDefault(l => l.MayPass) is { } passing)
            {
                throw new RehearsalServerException(passing.ToString(), "Its log may say more.", mayPass: true);
            }

            foreach (LeftDatabase left in dropped.Left)
            {
                await RunWarnings.TellOnce(site, input.Run, left.ToString());
            }
        }
        catch (RehearsalServerException e) when (input.IsLast)
        {
            await RunWarnings.TellOnce(site, input.Run, $"The run's scratch database could not be dropped: {e.Message} A rehearsal that comes more than a day later tries again.");
        }

        return default;
    }
}
