namespace Mammoth.Orchestrations.Runtime;

/// <summary>A <see cref="Runtime.Failure"/> on its way up. Its message carries the whole failure, for hosts that hand on nothing else.</summary>
public sealed class FailureException : Exception
{
    public FailureException(Failure failure, Exception? inner = null)
        : base(failure.Encode(), inner) => Failure = failure;

    public Failure Failure { get; }
}
