using Npgsql;

namespace Mammoth.Postgres.Copy;

/// <summary>The bytes of a running <c>COPY … TO STDOUT</c>, without what the protocol puts between them. All calls block.</summary>
internal interface ICopyBytes
{
    /// <summary>Reads at least one byte; 0 only where the server has confirmed that the COPY is complete.</summary>
    /// <exception cref="PostgresException">The server ends the COPY with an error.</exception>
    /// <exception cref="NpgsqlException">The connection failed.</exception>
    int Read(Memory<byte> target);

    /// <summary>Ends a COPY of which rows are left, so that the session can be used again. Throws nothing.</summary>
    void Cancel();

    /// <summary>Makes a read that blocks fail, from another thread. The session is of no use then.</summary>
    void Break();
}
