using Npgsql;

namespace Mammoth.Postgres.Copy;

/// <summary>The rows of a running query, as the bytes of a binary COPY without what the protocol puts between them. All calls block.</summary>
internal interface ICopyBytes
{
    /// <summary>Reads at least one byte; 0 only where the server has confirmed that these are all.</summary>
    /// <exception cref="PostgresException">The server ends the query with an error.</exception>
    /// <exception cref="NpgsqlException">The connection failed.</exception>
    int Read(Memory<byte> target);

    /// <summary>Ends a copy of which rows are left, so that the session can be used again. Throws nothing.</summary>
    void Cancel();

    /// <summary>Makes a read that blocks fail, from another thread. The session is of no use then.</summary>
    void Break();
}
