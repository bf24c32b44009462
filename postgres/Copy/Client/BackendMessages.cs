using System.Buffers.Binary;
using Npgsql;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>
/// Reads the server's messages (PostgreSQL documentation, "Message Formats"): a byte for the kind, four for the length with themselves, the content. What the server says on its
/// own account (notices, settings) is taken in between.
/// </summary>
internal sealed class BackendMessages(CopySocket socket)
{
    /// <summary>No message but rows is near this; more is taken for a damaged stream, or for a server of another kind.</summary>
    private const int Longest = 1 << 24;

    private byte[] buffer = new byte[1 << 13];
    private int start;
    private int end;
    private int contentLength;

    /// <summary>The content of the message last read.</summary>
    public ReadOnlySpan<byte> Content => buffer.AsSpan(start - contentLength, contentLength);

    /// <summary>Reads the next message that is an answer.</summary>
    /// <returns>Its kind.</returns>
    /// <exception cref="PostgresException">The answer is an error.</exception>
    /// <exception cref="NpgsqlException">The connection ended, or this is no PostgreSQL.</exception>
    public char Read()
    {
        while (true)
        {
            char kind = ReadAny();
            if (kind == 'E')
                throw ServerError.Read(Content);
            if (!IsAside(kind))
                return kind;
        }
    }

    /// <summary>Notices, notifications and settings: said by the server on its own account, at any time.</summary>
    public static bool IsAside(char kind) => kind is 'N' or 'A' or 'S';

    /// <summary>Reads on to where the server takes the next statement, whatever errors are on the way.</summary>
    public void ReadToReady()
    {
        while (ReadAny() != 'Z')
        {
            // Each ends with it.
        }
    }

    /// <summary>Reads one byte that is no message: the answer to the question for TLS.</summary>
    public byte ReadByte()
    {
        Need(1);
        return buffer[start++];
    }

    /// <summary>Bytes were received beyond what was read. Before TLS begins there must be none: somebody would have slipped them in.</summary>
    public bool HasMore => end > start;

    /// <summary>Takes what was received beyond the message last read.</summary>
    public int TakeRest(Span<byte> target)
    {
        int count = Math.Min(target.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(target);
        start += count;
        contentLength = 0;
        return count;
    }

    /// <summary>Puts back what was taken: it is read next.</summary>
    public void PutBack(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest)
    {
        buffer = [.. head, .. rest, .. buffer.AsSpan(start, end - start)];
        (start, end, contentLength) = (0, buffer.Length, 0);
    }

    /// <summary>Reads the next message, whatever it is.</summary>
    public char ReadAny()
    {
        Need(5);
        char kind = (char)buffer[start];
        int length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(start + 1)) - 4;
        if (length is < 0 or > Longest)
            throw new NpgsqlException($"The server sent a message of kind 0x{(int)kind:x2} and {length} bytes: this is no PostgreSQL, or the stream is damaged.");
        start += 5;
        Need(length);
        start += length;
        contentLength = length;
        return kind;
    }

    private void Need(int bytes)
    {
        if (end - start >= bytes)
            return;
        if (buffer.Length - start < bytes)
        {
            byte[] target = bytes > buffer.Length ? new byte[Math.Max(bytes, 2 * buffer.Length)] : buffer;
            buffer.AsSpan(start, end - start).CopyTo(target);
            (buffer, start, end) = (target, 0, end - start);
        }

        while (end - start < bytes)
        {
            int read = socket.Receive(buffer.AsSpan(end));
            if (read == 0)
                throw new NpgsqlException("The server closed the connection.", new EndOfStreamException());
            end += read;
        }
    }
}
