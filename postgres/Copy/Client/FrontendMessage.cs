using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>Writes a message to the server: its kind, where it has one, and length before its content. Others may follow it (<see cref="Then"/>).</summary>
internal sealed class FrontendMessage
{
    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly List<int> lengthsAt = [];

    /// <param name="kind">Null for those before the session begins.</param>
    public FrontendMessage(char? kind)
    {
        if (kind is { } one)
            Byte((byte)one);
        Begin();
    }

    /// <summary>Ends this message and begins another.</summary>
    public FrontendMessage Then(char kind)
    {
        Byte((byte)kind);
        Begin();
        return this;
    }

    public FrontendMessage Byte(byte value)
    {
        bytes.Write([value]);
        return this;
    }

    public FrontendMessage Int16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(bytes.GetSpan(2), value);
        bytes.Advance(2);
        return this;
    }

    public FrontendMessage Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(4), value);
        bytes.Advance(4);
        return this;
    }

    /// <summary>A text with its end. It holds no zero character: that would end it early, and the rest be something else.</summary>
    public FrontendMessage Text(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A text for the server holds a zero character.", nameof(text));
        Bytes(Encoding.UTF8.GetBytes(text));
        return Byte(0);
    }

    public FrontendMessage Bytes(ReadOnlySpan<byte> value)
    {
        bytes.Write(value);
        return this;
    }

    public void SendTo(CopySocket socket)
    {
        byte[] messages = bytes.WrittenSpan.ToArray();
        for (int i = 0; i < lengthsAt.Count; i++)
        {
            // The next one's length stands behind its kind.
            int end = i + 1 < lengthsAt.Count ? lengthsAt[i + 1] - 1 : messages.Length;
            BinaryPrimitives.WriteInt32BigEndian(messages.AsSpan(lengthsAt[i]), end - lengthsAt[i]);
        }

        socket.Send(messages);
    }

    private void Begin()
    {
        lengthsAt.Add(bytes.WrittenCount);
        Int32(0);
    }
}
