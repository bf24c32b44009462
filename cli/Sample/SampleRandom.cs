using System.IO.Hashing;
using System.Text;

namespace Mammoth.Cli.Sample;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for a seed on every machine and .NET version, which System.Random
/// does not promise. Every table, and every order, draws from a stream of its own, so that rows do not depend on the order of generation.
/// </summary>
internal sealed class SampleRandom
{
    private ulong state;

    public SampleRandom(ulong seed) => state = seed;

    /// <summary>The stream called <paramref name="name"/> of a seed.</summary>
    public static SampleRandom Stream(long seed, string name) => new(Mix(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(name), seed)));

    /// <summary>Goes to the start of the part <paramref name="index"/> of a stream, without making a new one.</summary>
    public SampleRandom At(ulong stream, long index)
    {
        state = Mix(stream ^ Mix((ulong)index));
        return this;
    }

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        return Mix(state);
    }

    /// <summary>0 (inclusive) to <paramref name="below"/>.</summary>
    public int Below(int below) => (int)Math.BigMul(Next(), (ulong)below, out _);

    /// <summary>Both ends inclusive.</summary>
    public long Between(long low, long high)
    {
        ulong span = unchecked((ulong)(high - low) + 1);
        return span == 0 ? unchecked((long)Next()) : unchecked(low + (long)Math.BigMul(Next(), span, out _));
    }

    /// <summary>True once in <paramref name="times"/>.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    /// <summary>0 (inclusive) to 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    public void Fill(Span<byte> bytes)
    {
        int i = 0;
        for (; i + 8 <= bytes.Length; i += 8)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], Next());

        for (; i < bytes.Length; i++)
            bytes[i] = (byte)Next();
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
