namespace Mammoth.Postgres.Errors;

/// <summary>A snapshot that was to be read is no longer held by any session: its holder ended, or the server did.</summary>
public sealed class SnapshotGoneException(string token, Exception? inner = null)
    : SourceException($"The snapshot {token} is gone: the session that held it has ended, or the server was restarted. Tables that are not finished must start again under a new snapshot.", inner)
{
    public string Token { get; } = token;
}
