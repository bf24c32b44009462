using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// Events of one name. At most one of the host's waits is open, and it is kept when the orchestration gives up waiting:
/// in Durable Functions an abandoned wait would swallow the next event.
/// </summary>
internal sealed class Mailbox(string name)
{
    internal string Name { get; } = name;

    internal Queue<JsonElement> Untaken { get; } = new();

    internal bool Listening { get; set; }

    internal TurnWait? Waiter { get; set; }
}
