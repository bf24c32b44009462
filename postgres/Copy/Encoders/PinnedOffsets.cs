using System.Runtime.InteropServices;
using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>Where the values of a column of varying lengths begin and end.</summary>
internal struct PinnedOffsets : IDisposable
{
    private PinnedArrowBuffer offsets;

    public void Pin(ArrayData data)
    {
        // Arrow lets an empty array leave its offsets out.
        long needed = data.Length == 0 ? 0 : ((long)data.Offset + data.Length + 1) * sizeof(int);
        offsets.Pin(data.Buffers[1], needed);
    }

    public readonly (int Start, int End) this[int position]
    {
        get
        {
            ReadOnlySpan<int> all = MemoryMarshal.Cast<byte, int>(offsets.Span);
            return (all[position], all[position + 1]);
        }
    }

    public void Dispose() => offsets.Dispose();
}
