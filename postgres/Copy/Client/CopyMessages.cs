using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>
/// The rows of a running query as a binary COPY. Its tuples and the protocol's rows are the same bytes (a count of fields, then each with its length before it); header and trailer
/// are put around them here, the trailer where the server says that it sent as many rows as came. They are received right into the caller's memory, where the heads of the messages
/// between them (one a row) are then closed up.
/// </summary>
internal sealed class CopyMessages(CopyConnection connection, CopySocket socket, BackendMessages answers) : ICopyBytes
{
    private const int HeadLength = 5;

    /// <summary>A short copy must not wait for much to come.</summary>
    private const long PatientFrom = 2 << 20;

    private readonly byte[] head = new byte[HeadLength];
    private int headLength;
    private int dataLeft;
    private long received;
    private long rows;

    /// <summary>What is not the server's and comes next.</summary>
    private ReadOnlyMemory<byte> framing = CopyHeader.Plain;
    private bool isComplete;
    private volatile bool isOver;
    private volatile bool isBroken;

    /// <inheritdoc/>
    public int Read(Memory<byte> target)
    {
        // In this order: what is broken meanwhile, on another thread, is that before it is over.
        bool ended = isOver && !isComplete;
        if (isBroken)
            throw new NpgsqlException("The connection was given up within a copy.");
        if (ended)
            throw new InvalidOperationException("The copy ended with an error.");
        try
        {
            while (framing.IsEmpty)
            {
                if (isComplete)
                    return 0;
                if (Receive(target.Span) is var read and > 0)
                    return read;
            }

            int given = Math.Min(framing.Length, target.Length);
            framing[..given].CopyTo(target);
            framing = framing[given..];
            return given;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // Who asks it anything more would wait for ever, or be given what is left of this.
            Break();
            throw new NpgsqlException($"The connection to the server failed within a copy: {SilenceException.Reason(e)}", e);
        }
        catch (PostgresException)
        {
            isOver = true;
            throw;
        }
        catch (NpgsqlException)
        {
            Break();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Cancel()
    {
        if (isBroken)
        {
            // A server that sends nothing would not see that nobody listens any more.
            connection.RequestCancel();
            return;
        }

        if (isOver)
            return;
        connection.RequestCancel();
        byte[] rest = new byte[1 << 16];
        try
        {
            while (Read(rest) > 0)
            {
                // What was on its way.
            }
        }
        catch (NpgsqlException)
        {
            // The server acknowledges a cancelled query with an error; a connection that broke is no longer used.
        }
    }

    /// <inheritdoc/>
    public void Break()
    {
        isBroken = true;
        isOver = true;
        connection.Break();
    }

    private int Receive(Span<byte> target)
    {
        int count = answers.HasMore ? answers.TakeRest(target) : socket.Receive(target);
        if (count == 0)
            throw new NpgsqlException("The server closed the connection within a copy.", new EndOfStreamException());
        received += count;
        if (received >= PatientFrom)
            socket.Patient(true);
        return CloseUp(target[..count]);
    }

    /// <summary>Moves the data in what was received to its front, and returns its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int CloseUp(Span<byte> bytes)
    {
        int from = 0;
        int to = 0;
        while (from < bytes.Length)
        {
            if (dataLeft == 0)
            {
                ReadOnlySpan<byte> message;
                if (headLength == 0 && bytes.Length - from >= HeadLength)
                {
                    message = bytes.Slice(from, HeadLength);
                    from += HeadLength;
                }
                else
                {
                    int more = Math.Min(HeadLength - headLength, bytes.Length - from);
                    bytes.Slice(from, more).CopyTo(head.AsSpan(headLength));
                    from += more;
                    headLength += more;
                    if (headLength < HeadLength)
                        break;
                    headLength = 0;
                    message = head;
                }

                if (message[0] != (byte)'D')
                {
                    answers.PutBack(message, bytes[from..]);
                    Hear();
                    break;
                }

                dataLeft = BinaryPrimitives.ReadInt32BigEndian(message[1..]) - 4;
                if (dataLeft < 0)
                    throw new NpgsqlException("The server sent a row of no length: the stream is damaged.");
                rows++;
            }

            int length = Math.Min(dataLeft, bytes.Length - from);
            if (to != from)
                bytes.Slice(from, length).CopyTo(bytes[to..]);
            from += length;
            to += length;
            dataLeft -= length;
        }

        return to;
    }

    /// <summary>Takes a message that is no data.</summary>
    private void Hear()
    {
        char kind = answers.ReadAny();
        if (BackendMessages.IsAside(kind))
            return;
        socket.Patient(false);

        // What ends a copy may stay away as well as its rows.
        socket.LimitSilence();
        if (kind == 'E')
        {
            PostgresException error = ServerError.Read(answers.Content);
            if (error.InvariantSeverity is not ("FATAL" or "PANIC"))
                ReadToReady();
            throw error;
        }

        if (kind != 'C')
            throw new NpgsqlException($"The server sent a message of kind 0x{(int)kind:x2} within a copy.");
        string end = Encoding.ASCII.GetString(answers.Content).TrimEnd('\0');
        if (end != string.Create(CultureInfo.InvariantCulture, $"SELECT {rows}"))
            throw new NpgsqlException($"{rows} rows came of a copy that the server ended with \"{end}\": the stream is damaged.");
        ReadToReady();
        framing = CopyHeader.Trailer;
        (isComplete, isOver) = (true, true);
    }

    private void ReadToReady()
    {
        answers.ReadToReady();
        socket.LimitReceives(TimeSpan.Zero);
    }
}
