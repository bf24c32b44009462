using Mammoth.Migration.Copying;

namespace Mammoth.Migration.Plans;

/// <summary>How many copies run at a time where nobody says it: as many as the processors keep busy, the memory holds, and the source has connections for.</summary>
public static class SlotCount
{
    private const int Most = 16;

    /// <summary>What a copy holds at most, and what the program holds beside all copies.</summary>
    private const long BytesPerCopy = 192L << 20;

    private const long BytesBeside = 160L << 20;

    /// <summary>Connections beside those that copy: the snapshot's, the locks', pg_dump's.</summary>
    private const int Beside = 3;

    /// <summary>Fewest connections that a run can do with.</summary>
    public const int FewestConnections = Beside + 1;

    /// <summary>For this process: a container's limits on processors and memory are its own.</summary>
    public static int Here() => Of(Environment.ProcessorCount, MemoryUse.Budget());

    /// <param name="memory">Bytes that the process may use.</param>
    public static int Of(int processors, long memory) =>
        (int)Math.Clamp(Math.Min(Math.Max(processors, 2), (memory - BytesBeside) / BytesPerCopy), 1, Most);

    /// <summary>The most that a number of connections allows.</summary>
    public static int Within(int connections) => Math.Max(1, connections - Beside);
}
