using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Mammoth.Postgres.Copy.Wire;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>A column of bits.</summary>
internal sealed unsafe class BoolBuilder() : ColumnBuilder(BooleanType.Default)
{
    private readonly GrowingBuffer bits = new();

    public override string? Append(ReadOnlySpan<byte> wire)
    {
        WireLength.Require(wire, 1, "bool");
        if (wire[0] > 1)
            throw new CopyFormatException($"A bool is {wire[0]}, neither 0 nor 1.");
        Write(wire[0] != 0);
        Count();
        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool TryAppend(ReadOnlySpan<byte> data, ColumnPlaces places)
    {
        int nulls = 0;
        for (int i = 0; i < places.Count; i += 64)
        {
            // Without a branch: whether a value is null, true or false is anyone's guess.
            ulong values = 0;
            int unfit = 0;
            for (int row = Math.Min(64, places.Count - i) - 1; row >= 0; row--)
            {
                FieldPlace place = places[i + row];
                int isNull = place.Length >> 31;
                int value = data[Math.Min(place.Start, data.Length - 1)] & ~isNull;
                unfit |= ((place.Length ^ 1) & ~isNull) | (value & ~1);
                values = (values << 1) | (uint)value;
                nulls -= isNull;
            }

            if (unfit != 0)
                return false;
            bits.WriteBits(Length + i, values);
        }

        Count(places, nulls);
        return true;
    }

    public override void Release()
    {
        base.Release();
        bits.Release();
    }

    public override ArrayData Build() => new(Type, Length, NullCount, 0, [Validity(), new ArrowBuffer(bits.Written((Length + 7) >> 3))]);

    protected override void AppendEmpty() => Write(false);

    protected override void TruncateValues(int length)
    {
        // The bits beyond the length are written over.
    }

    private void Write(bool value)
    {
        bits.Reserve((Length >> 3) + 1);
        byte* at = bits.Pointer + (Length >> 3);
        byte bit = (byte)(1 << (Length & 7));
        *at = (byte)(value ? *at | bit : *at & ~bit);
    }
}
