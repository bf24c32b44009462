using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Mammoth.Postgres.Copy.Wire;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>A column of values of one width.</summary>
internal sealed unsafe class FixedBuilder<TWire, TValue>(IArrowType type, TWire form) : ColumnBuilder(type)
    where TWire : struct, IFixedWire<TValue>
    where TValue : unmanaged
{
    private readonly GrowingBuffer values = new();
    private readonly TWire form = form;

    public override string? Append(ReadOnlySpan<byte> wire)
    {
        string? reason = form.Read(wire, out TValue value);
        if (reason is not null)
            return reason;
        values.Reserve((Length + 1L) * sizeof(TValue));
        Unsafe.WriteUnaligned(values.Pointer + ((long)Length * sizeof(TValue)), value);
        Count();
        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool TryAppend(ReadOnlySpan<byte> data, ColumnPlaces places)
    {
        values.Reserve((Length + (long)places.Count) * sizeof(TValue));
        byte* to = values.Pointer + ((long)Length * sizeof(TValue));
        TWire form = this.form;
        int nulls = 0;
        for (int i = 0; i < places.Count; i++, to += sizeof(TValue))
        {
            FieldPlace place = places[i];
            TValue value;
            if (place.Length < 0)
            {
                value = default;
                nulls++;
            }
            else if (form.Read(data.Slice(place.Start, place.Length), out value) is not null)
            {
                return false;
            }

            Unsafe.WriteUnaligned(to, value);
        }

        Count(places, nulls);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool TryAppendElements(ReadOnlySpan<byte> elements, int count)
    {
        TWire form = this.form;
        int length = form.LongestWire;
        int step = sizeof(int) + length;
        if (elements.Length != (long)count * step)
            return false;
        int begin = Length;
        values.Reserve((Length + (long)count) * sizeof(TValue));
        for (; !elements.IsEmpty; elements = elements[step..])
        {
            if (BinaryPrimitives.ReadInt32BigEndian(elements) != length || form.Read(elements[sizeof(int)..step], out TValue value) is not null)
            {
                Truncate(begin);
                return false;
            }

            Unsafe.WriteUnaligned(values.Pointer + ((long)Length * sizeof(TValue)), value);
            Count();
        }

        return true;
    }

    public override void Release()
    {
        base.Release();
        values.Release();
    }

    public override ArrayData Build() =>
        new(Type, Length, NullCount, 0, [Validity(), new ArrowBuffer(values.Written(Length * sizeof(TValue)))]);

    protected override void AppendEmpty()
    {
        values.Reserve((Length + 1L) * sizeof(TValue));
        Unsafe.WriteUnaligned(values.Pointer + ((long)Length * sizeof(TValue)), default(TValue));
    }

    protected override void TruncateValues(int length)
    {
        // The values beyond the length are written over.
    }

    protected override void Shrink()
    {
        base.Shrink();
        values.Shrink(KeptBytes);
    }
}
