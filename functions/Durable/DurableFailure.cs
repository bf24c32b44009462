using Mammoth.Orchestrations.Runtime;
using Microsoft.DurableTask;

namespace Mammoth.Functions.Durable;

/// <summary>Failures out of what Durable Functions keeps of an exception.</summary>
internal static class DurableFailure
{
    /// <summary>The failure an activity, an entity or an orchestration ended with; a transient one of the host where it can't be read.</summary>
    internal static Failure Of(TaskFailureDetails details) => TryOf(details) ?? Failure.Decode(details.ErrorMessage);

    /// <summary>The outermost that can be read, inner ones are causes; or null.</summary>
    internal static Failure? TryOf(TaskFailureDetails details)
    {
        for (TaskFailureDetails? at = details; at is not null; at = at.InnerFailure)
        {
            if (Failure.TryDecode(at.ErrorMessage) is { } failure)
                return failure;
        }

        return null;
    }
}
