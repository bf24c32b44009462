using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>Writes a message to the server: its kind, where it has one, and length before its content.</summary>
internal sealed class FrontendMessage
{
    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly int lengthAt;

    /// <param name="kind">Null for those before the session begins.</param>
    public FrontendMessage(char? kind)
    {
        if (kind is { } one)
            Byte((byte)one);
        lengthAt = bytes.WrittenCount;
        Int32(0);
    }

    public FrontendMessage Byte(byte value)
    {
        bytes.Write([value]);
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
        byte[] message = bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(lengthAt), message.Length - lengthAt);
        socket.Send(message);
    }
}
