using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Local;

/// <summary>An instance that has not ended, as it lives in memory.</summary>
internal sealed class Instance(InstanceRow row)
{
    internal InstanceRow Row { get; set; } = row;

    internal string Id => Row.Id;

    /// <summary>The turn's code, waiting; null before its start and after a restart.</summary>
    internal LocalPort? Port { get; set; }

    /// <summary>Journaled and not yet handed over, in order.</summary>
    internal Queue<Delivery> Waiting { get; } = new();

    internal long LastSequence { get; set; }

    internal CallKey Key(int call) => new(Row.Id, Row.Execution, call);

    /// <summary>Runs the turn's code over what the journal has handed over before, up to the cursor.</summary>
    internal static LocalPort Replay(Journal journal, InstanceRow row, Registry registry, ILogger logger)
    {
        var port = new LocalPort(row, registry, logger);
        var calls = journal.Calls(row);
        foreach (var delivery in journal.Deliveries(row))
        {
            if (delivery.Sequence > row.Cursor || port.Mismatch is not null)
                break;
            port.Replay(delivery, calls[delivery.Sequence]);
        }

        return port;
    }
}
