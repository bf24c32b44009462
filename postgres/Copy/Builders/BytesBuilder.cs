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

        if (form != BytesForm.Binary && !Utf8.IsValid(wire))
            return uncheckedText ? "invalid UTF-8" : throw new CopyFormatException("A text is not valid UTF-8.");
        bytes.Reserve((long)end + wire.Length);
        wire.CopyTo(bytes.From(end));
        end += wire.Length;
        offsets.End(Length, end);
        Count();
        return null;
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
