using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>A column of one-dimensional arrays.</summary>
internal sealed class ListBuilder(IArrowType type, uint elementOid, ColumnBuilder element) : ColumnBuilder(type)
{
    private readonly OffsetBuffer offsets = new();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override string? Append(ReadOnlySpan<byte> wire)
    {
        if (wire.Length < ArrayHeader.EmptyLength)
            throw new CopyFormatException("An array is shorter than its header.");
        int dimensions = BinaryPrimitives.ReadInt32BigEndian(wire);
        uint oid = BinaryPrimitives.ReadUInt32BigEndian(wire[8..]);
        if (oid != elementOid)
            throw new CopyFormatException($"An array has elements of type oid {oid}, not {elementOid}.");
        if (dimensions is < 0 or > ArrayHeader.MostDimensions)
            throw new CopyFormatException($"An array has {dimensions} dimensions.");
        if (dimensions > 1)
            return string.Create(CultureInfo.InvariantCulture, $"{dimensions} dimensions");
        var rest = new NestedValues(wire[ArrayHeader.EmptyLength..]);
        string? reason = dimensions == 1 ? AppendElements(ref rest) : null;
        if (reason is not null)
            return reason;
        rest.RequireEnd("array");
        offsets.End(Length, element.Length);
        Count();
        return null;
    }

    public override void Release()
    {
        base.Release();
        offsets.Release();
        element.Release();
    }

    public override ArrayData Build() => new(Type, Length, NullCount, 0, [Validity(), offsets.Build(Length)], [element.Build()]);

    protected override void AppendEmpty() => offsets.End(Length, element.Length);

    protected override void TruncateValues(int length)
    {
        if (length == 0)
            element.Clear();
        else
            element.Truncate(offsets[length]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private string? AppendElements(ref NestedValues rest)
    {
        int count = rest.ReadInt32();
        int lowerBound = rest.ReadInt32();
        if (count < 0)
            throw new CopyFormatException($"An array has {count} elements.");
        if (lowerBound != 1)
            return string.Create(CultureInfo.InvariantCulture, $"lower bound {lowerBound}");
        if (count == 0)
            return "empty with 1 dimension";
        if (element.TryAppendElements(rest.Rest, count))
        {
            rest.Skip();
            return null;
        }

        for (int i = 0; i < count; i++)
        {
            if (!rest.ReadValue(out ReadOnlySpan<byte> value))
                element.AppendNull();
            else if (element.Append(value) is { } reason)
                return reason;
        }

        return null;
    }
}
