namespace Mammoth.Postgres.Copy.Client;

/// <summary>The server or the connection string asks for what the COPY client can't do: Npgsql takes over.</summary>
internal sealed class CopyClientUnfitException(string what) : Exception($"The COPY client does not know {what}.")
{
    public string What { get; } = what;
}
