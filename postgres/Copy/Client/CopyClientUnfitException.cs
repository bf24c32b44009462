namespace Mammoth.Postgres.Copy.Client;

/// <summary>The server or the connection string asks for what the client that is made for copying can't do: Npgsql takes over.</summary>
internal sealed class CopyClientUnfitException(string what) : Exception($"The client that is made for copying does not know {what}.")
{
    public string What { get; } = what;
}
