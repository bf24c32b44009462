using Mammoth.Postgres.Errors;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// What rows larger than <see cref="Ordinary"/> may take of this process's memory: each takes its part before its bytes are read, and waits while others have it. So a container
/// of little memory copies large rows one after the other, and is not killed for copying them side by side; what does not fit at all is refused.
/// </summary>
/// <param name="room">Bytes for all large rows together.</param>
internal sealed class RowMemory(long room) : IDisposable
{
    /// <summary>Bytes of a row that every copy has room for.</summary>
    public const int Ordinary = 4 << 20;

    /// <summary>A row is held several times over on its way: as it was received, decoded, as a page, and compressed; buffers grow by doubling.</summary>
    private const int Copies = 8;

    private static readonly object Gate = new();
    private static long taken;
    private long held;

    /// <summary>Takes what a row of so many bytes needs, instead of what was taken before. Blocks while others have it.</summary>
    /// <param name="isGivenUp">Asked while it waits.</param>
    /// <exception cref="RowMemoryException">It is more than there is.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public void Take(long rowBytes, Func<bool> isGivenUp)
    {
        long need = rowBytes * Copies;
        if (need > room)
            throw new RowMemoryException(rowBytes, need, room);
        lock (Gate)
        {
            // Whoever keeps a part and waits for more could wait for one who does the same.
            Release();
            while (taken + need > room)
            {
                if (isGivenUp())
                    throw new OperationCanceledException("The copy was given up while it waited for memory.");
                Monitor.Wait(Gate, TimeSpan.FromMilliseconds(100));
            }

            taken += need;
            held = need;
        }

        // Where there is room for few, not beside what the last one left.
        if (need > room / 4)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    public void Dispose()
    {
        lock (Gate)
            Release();
    }

    private void Release()
    {
        taken -= held;
        held = 0;
        Monitor.PulseAll(Gate);
    }
}
