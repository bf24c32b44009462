namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// The synchronization context orchestration code runs under. Continuations of what the context handed out run inline and never come here;
/// so whatever is posted was awaited from elsewhere (<c>ConfigureAwait</c> and pool threads included) and would not replay: it is dropped, and noted.
/// </summary>
internal sealed class TurnScope : SynchronizationContext
{
    private volatile bool foreign;

    /// <summary>Whether code of the turn was continued by something that isn't the turn's.</summary>
    internal bool Foreign => foreign;

    /// <summary>Checks that the caller is the turn's own code.</summary>
    /// <exception cref="InvalidOperationException">It runs on some other thread or after a foreign await.</exception>
    internal void Enter()
    {
        if (Current == this)
            return;
        foreign = true;
        throw new InvalidOperationException("An orchestration's context was used outside of its turn.");
    }

    public override void Post(SendOrPostCallback d, object? state) => foreign = true;

    public override void Send(SendOrPostCallback d, object? state) => foreign = true;

    public override SynchronizationContext CreateCopy() => this;
}
