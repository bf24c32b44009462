namespace Mammoth.Postgres.Sessions;

/// <summary>What a session is opened under where connections are counted elsewhere.</summary>
/// <param name="Ended">Called when it has ended; not where it was never opened.</param>
/// <param name="Lost">Cancelled when the session must end.</param>
public sealed record ConnectionLease(Func<ValueTask> Ended, CancellationToken Lost)
{
    /// <summary>Where connections are not counted.</summary>
    public static ConnectionLease None { get; } = new(() => ValueTask.CompletedTask, CancellationToken.None);
}
