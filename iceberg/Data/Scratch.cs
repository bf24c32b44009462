using System.Buffers;

namespace Mammoth.Iceberg.Data;

/// <summary>Room that is used again with each batch, and left to the next file.</summary>
internal struct Scratch<T>()
{
    private T[] _array = [];

    /// <summary>Room for so many; what was in it may be gone.</summary>
    public T[] Room(int count)
    {
        if (_array.Length < count)
        {
            var length = Math.Max(count, _array.Length * 2);
            Release();
            _array = ArrayPool<T>.Shared.Rent(length);
        }
        return _array;
    }

    public readonly Span<T> Of(int count) => _array.AsSpan(0, count);

    public void Release()
    {
        if (_array.Length > 0)
            ArrayPool<T>.Shared.Return(_array);
        _array = [];
    }
}
