using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>Whether text that comes in pieces is UTF-8, wherever a piece ends within a character.</summary>
internal struct Utf8Pieces
{
    private const int LongestCharacter = 4;

    /// <summary>The bytes of a character that is not whole yet, the first one lowest.</summary>
    private uint begun;
    private int count;

    /// <summary>False once it is none, whatever comes then.</summary>
    public bool Add(ReadOnlySpan<byte> piece)
    {
        Span<byte> character = stackalloc byte[LongestCharacter];
        while (count > 0 && !piece.IsEmpty)
        {
            begun |= (uint)piece[0] << (8 * count++);
            piece = piece[1..];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(character, begun);
            switch (Rune.DecodeFromUtf8(character[..count], out _, out _))
            {
                case OperationStatus.Done:
                    (begun, count) = (0, 0);
                    break;
                case OperationStatus.InvalidData:
                    return false;
            }
        }

        int whole = Whole(piece);
        foreach (byte b in piece[whole..])
            begun |= (uint)b << (8 * count++);
        return Utf8.IsValid(piece[..whole]);
    }

    /// <summary>Whether the last character so far is whole.</summary>
    public readonly bool IsWhole => count == 0;

    /// <summary>Up to where characters are whole; what is no UTF-8 counts as whole.</summary>
    private static int Whole(ReadOnlySpan<byte> piece)
    {
        for (int tail = 1; tail < LongestCharacter && tail <= piece.Length; tail++)
        {
            byte b = piece[^tail];
            if ((b & 0xC0) == 0x80)
                continue;
            return b >= 0xC0 && Rune.DecodeFromUtf8(piece[^tail..], out _, out _) == OperationStatus.NeedMoreData ? piece.Length - tail : piece.Length;
        }

        return piece.Length;
    }
}
