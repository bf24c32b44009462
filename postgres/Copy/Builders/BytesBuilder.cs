using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
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
    /// <summary>A longer value is copied by a call.</summary>
    private const int LongestStepped = 128;

    /// <summary>Two vectors at a time: how many steps a value takes can't be foretold, and half as many are guessed wrong less often.</summary>
    private const int Step = 32;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool TryAppend(ReadOnlySpan<byte> data, ColumnPlaces places)
    {
        int skipped = form == BytesForm.VersionedText ? 1 : 0;
        int nulls = 0;
        long total = end;
        for (int i = 0; i < places.Count; i++)
        {
            int length = places[i].Length;
            if (length >= 0)
                total += Math.Max(0, length - skipped);
            else
                nulls++;
        }

        // A value is copied in steps, of which the last one may write beyond its end.
        bytes.Reserve(total + Step);
        offsets.Reserve(Length + places.Count);
        int begin = end;
        int at = end;
        for (int i = 0; i < places.Count; i++)
        {
            FieldPlace place = places[i];
            if (place.Length >= 0)
            {
                if (skipped > 0 && (place.Length == 0 || data[place.Start] != 1))
                    return false;
                at += Copy(data[(place.Start + skipped)..], place.Length - skipped, at);
            }

            offsets.End(Length + i, at);
        }

        if (form != BytesForm.Binary && !Ascii.IsValid(bytes.From(begin)[..(at - begin)]) && !AreUtf8(places.Count, begin))
            return false;
        end = at;
        Count(places, nulls);
        return true;
    }

    /// <summary>Each by itself: two texts that are none may be one together.</summary>
    private bool AreUtf8(int count, int begin)
    {
        for (int i = 0; i < count; i++)
        {
            int next = offsets[Length + i + 1];
            if (!Utf8.IsValid(bytes.From(begin)[..(next - begin)]))
                return false;
            begin = next;
        }

        return true;
    }

    /// <summary>Copies the first bytes of <paramref name="data"/>, and returns how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe int Copy(ReadOnlySpan<byte> data, int length, int at)
    {
        if (length > LongestStepped || data.Length < length + Step)
        {
            data[..length].CopyTo(bytes.From(at));
            return length;
        }

        byte* to = bytes.Pointer + at;
        ref byte from = ref MemoryMarshal.GetReference(data);
        for (int i = 0; i < length; i += Step)
        {
            Vector128.LoadUnsafe(ref from, (nuint)i).Store(to + i);
            Vector128.LoadUnsafe(ref from, (nuint)i + 16).Store(to + i + 16);
        }

        return length;
    }

    /// <summary>Copies a text, and says whether all of it is ASCII. Most texts are short: one pass without a call takes half of what two with calls do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
