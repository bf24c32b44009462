using System.Buffers;
using System.Buffers.Binary;

namespace Mammoth.Postgres.Copy;

/// <summary>What stands around the tuples of a binary COPY (PostgreSQL, "COPY", Binary Format).</summary>
public static class CopyHeader
{
    /// <summary>Length of the header without an extension area, in bytes.</summary>
    internal const int Length = 19;

    private const int LongestExtension = 1 << 16;

    /// <summary>The header: signature, no flags, no extension.</summary>
    internal static ReadOnlyMemory<byte> Plain { get; } = (byte[])[.. Signature, .. new byte[Length - Signature.Length]];

    /// <summary>The trailer: a field count of -1.</summary>
    internal static ReadOnlyMemory<byte> Trailer { get; } = (byte[])[0xFF, 0xFF];

    /// <summary><c>PGCOPY\n\377\r\n\0</c>.</summary>
    private static ReadOnlySpan<byte> Signature => [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00];

    /// <summary>Writes the header: signature, no flags, no extension.</summary>
    public static void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Plain.Span);
    }

    /// <summary>Writes the trailer: a field count of -1.</summary>
    public static void WriteTrailer(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Trailer.Span);
    }

    /// <summary>The header's length with its extension, or 0 where <paramref name="data"/> does not hold all of it yet.</summary>
    /// <exception cref="CopyFormatException">This is no binary COPY that is understood here.</exception>
    internal static int Read(ReadOnlySpan<byte> data)
    {
        int known = Math.Min(data.Length, Signature.Length);
        if (!data[..known].SequenceEqual(Signature[..known]))
            throw new CopyFormatException("The stream does not begin with the signature of a binary COPY.");
        if (data.Length < Length)
            return 0;
        int flags = BinaryPrimitives.ReadInt32BigEndian(data[11..]);
        if ((flags & unchecked((int)0xFFFF0000)) != 0)
            throw new CopyFormatException($"The COPY stream's header has flags that are not understood (0x{flags:x8}).");
        int extension = BinaryPrimitives.ReadInt32BigEndian(data[15..]);
        if (extension is < 0 or > LongestExtension)
            throw new CopyFormatException($"The COPY stream's header announces an extension of {extension} bytes.");
        return data.Length < Length + extension ? 0 : Length + extension;
    }
}
