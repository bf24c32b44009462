using System.Collections.Concurrent;

namespace Mammoth.Iceberg.Manifests;

/// <summary>Remembers what was made of the last keys: not exactly the last, but never more than so many.</summary>
/// <param name="capacity">Once there are more, all are forgotten.</param>
internal sealed class LastMade<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _made = new();

    public int Count => _made.Count;

    /// <summary>What was made of a key, or what <paramref name="make"/> makes of it now; where that throws, nothing is remembered.</summary>
    public TValue Of(TKey key, Func<TKey, TValue> make)
    {
        if (_made.TryGetValue(key, out var known))
            return known;
        if (_made.Count >= capacity)
            _made.Clear();
        return _made.GetOrAdd(key, make);
    }
}
