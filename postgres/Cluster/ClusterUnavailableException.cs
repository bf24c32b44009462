namespace Mammoth.Postgres.Cluster;

/// <summary>No private PostgreSQL could be started; the message says what is missing and how to get it.</summary>
public sealed class ClusterUnavailableException : Exception
{
    public ClusterUnavailableException(string message)
        : base(message)
    {
    }

    public ClusterUnavailableException(string message, Exception cause)
        : base(message, cause)
    {
    }

    public ClusterUnavailableException()
    {
    }
}
