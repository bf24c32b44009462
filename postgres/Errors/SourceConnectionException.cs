namespace Mammoth.Postgres.Errors;

/// <summary>Why a connection to the source could not be had.</summary>
public enum ConnectionFailure
{
    /// <summary>The connection string itself says nothing that can be tried.</summary>
    Text,

    /// <summary>No such host, nobody listening, no route, or no answer in time.</summary>
    Unreachable,

    /// <summary>The password, the role or the way of authenticating was refused.</summary>
    Authentication,

    /// <summary>There is no such database.</summary>
    MissingDatabase,

    /// <summary>The role may not connect to the database.</summary>
    Privilege,

    /// <summary>The server has no connection left, starts up or shuts down: it may be otherwise in a moment.</summary>
    Busy,

    /// <summary>TLS could not be agreed on.</summary>
    Encryption,

    /// <summary>The server is too old, or none that is understood.</summary>
    Unsupported,

    /// <summary>Anything else that the server or the connection said.</summary>
    Other,
}

/// <summary>The source could not be connected to.</summary>
public sealed class SourceConnectionException(ConnectionFailure failure, string message, Exception? inner = null) : SourceException(message, inner)
{
    public ConnectionFailure Failure { get; } = failure;

    /// <summary>Trying again later may succeed without anybody changing anything.</summary>
    public bool MayPass => Failure is ConnectionFailure.Unreachable or ConnectionFailure.Busy;
}
