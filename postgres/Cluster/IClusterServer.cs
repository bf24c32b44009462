namespace Mammoth.Postgres.Cluster;

/// <summary>A running server of our own.</summary>
internal interface IClusterServer : IAsyncDisposable
{
    int Port { get; }

    /// <summary>What runs, for people.</summary>
    string Origin { get; }

    /// <summary>Where <c>pg_dump</c> may be, or null.</summary>
    string? BinDirectory { get; }
}
