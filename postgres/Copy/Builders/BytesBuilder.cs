using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>What the bytes of a value must be.</summary>
internal enum BytesForm
{
    /// <summary>Any bytes.</summary>
    Binary,

    /// <summary>UTF-8.</summary>
    Text,

    /// <summary>A version byte (1), then UTF-8.</summary>
    VersionedText,
}

/// <summary>A column of texts or byte strings.</summary>
/// <param name="uncheckedText">Text that is no UTF-8 is unfit, not malformed.</param>
internal sealed class BytesBuilder(IArrowType type, BytesForm form, bool uncheckedText) : ColumnBuilder(type)
{
    private readonly OffsetBuffer offsets = new();
    private readonly GrowingBuffer bytes = new();
    private int end;

    public override string? Append(ReadOnlySpan<byte> wire)
    {
        if (form == BytesForm.VersionedText)
        {
            if (wire.IsEmpty || wire[0] != 1)
                throw new CopyFormatException(wire.IsEmpty ? "A versioned text has no version." : $"A versioned text has version {wire[0]}; only version 1 is known.");
            wire = wire[1..];
        }

        bytes.Reserve((long)end + wire.Length);
        if (form == BytesForm.Binary)
            wire.CopyTo(bytes.From(end));
        else if (!CopyAscii(wire, bytes.From(end)) && !Utf8.IsValid(wire))
            return uncheckedText ? "invalid UTF-8" : throw new CopyFormatException("A text is not valid UTF-8.");
        end += wire.Length;
        offsets.End(Length, end);
        Count();
        return null;
    }

    /// <summary>Copies a text, and says whether all of it is ASCII. Most texts are short: one pass without a call takes half of what two with calls do.</summary>
    private static bool CopyAscii(ReadOnlySpan<byte> text, Span<byte> target)
    {
        ref byte from = ref MemoryMarshal.GetReference(text);
        ref byte to = ref MemoryMarshal.GetReference(target[..text.Length]);
        nuint length = (nuint)text.Length;
        if (length >= 16)
        {
            // The last step goes over bytes again that the one before it has done.
            Vector128<byte> seen = Vector128<byte>.Zero;
            for (nuint i = 0; i < length - 16; i += 16)
                seen |= Copy(ref from, ref to, i);
            return ((seen | Copy(ref from, ref to, length - 16)) & Vector128.Create((byte)0x80)) == Vector128<byte>.Zero;
        }

        if (length >= 8)
            return ((CopyWord(ref from, ref to, 0) | CopyWord(ref from, ref to, length - 8)) & 0x8080_8080_8080_8080) == 0;
        byte bits = 0;
        for (nuint i = 0; i < length; i++)
        {
            byte b = Unsafe.Add(ref from, i);
            Unsafe.Add(ref to, i) = b;
            bits |= b;
        }

        return bits < 0x80;

        static Vector128<byte> Copy(ref byte from, ref byte to, nuint at)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref from, at);
            bytes.StoreUnsafe(ref to, at);
            return bytes;
        }

        static ulong CopyWord(ref byte from, ref byte to, nuint at)
        {
            ulong bytes = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, at));
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, at), bytes);
            return bytes;
        }
    }

    public override void Release()
    {
        base.Release();
        offsets.Release();
        bytes.Release();
    }

    public override ArrayData Build() =>
        new(Type, Length, NullCount, 0, [Validity(), offsets.Build(Length), new ArrowBuffer(bytes.Written(end))]);

    protected override void AppendEmpty() => offsets.End(Length, end);

    protected override void TruncateValues(int length) => end = offsets[length];

    protected override void Shrink()
    {
        base.Shrink();
        bytes.Shrink(KeptBytes);
    }
}
