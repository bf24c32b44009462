using Mammoth.Migration.Copying;

namespace Mammoth.Migration.Plans;

/// <summary>How many copies run at a time where nobody says it: as many as the processors keep busy, the memory holds, and the source has connections for.</summary>
public static class SlotCount
{
    private const int Most = 16;

    /// <summary>What a copy holds at most.</summary>
    private const long BytesPerCopy = 192L << 20;

    /// <summary>Connections beside those that copy: the snapshot's, the locks', pg_dump's.</summary>
    private const int Beside = 3;

    /// <summary>Fewest connections that a run can do with.</summary>
    public const int FewestConnections = Beside + 1;

    /// <summary>For this process: a container's limits on processors and memory are its own.</summary>
    public static int Here() => Of(Environment.ProcessorCount, MemoryUse.Budget());

    /// <param name="memory">Bytes that the process may use.</param>
    public static int Of(int processors, long memory) =>
        (int)Math.Clamp(Math.Min(Math.Max(processors, 2), (memory - MemoryUse.BytesBeside) / BytesPerCopy), 1, Most);

    /// <summary>Of those that somebody asks for, as many as memory holds: a container that is overfull is killed without a word.</summary>
    public static int Held(int asked) => Held(asked, MemoryUse.Budget());

    /// <param name="memory">Bytes that the process may use.</param>
    internal static int Held(int asked, long memory) => (int)Math.Clamp((memory - MemoryUse.BytesBeside) / BytesPerCopy, 1, asked);

    /// <summary>The most that a number of connections allows.</summary>
    public static int Within(int connections) => Math.Max(1, connections - Beside);
}
