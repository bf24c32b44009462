using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>
/// Builders that are used in turn, so that the memory of a batch that was written serves the next one. Batches may be disposed on
/// another thread.
/// </summary>
internal sealed class BuilderPool(Schema schema, IReadOnlyList<CopyColumn> columns, bool uncheckedText) : IDisposable
{
    private const int Kept = 4;
    private readonly Stack<BatchBuilder> free = new();
    private readonly Lock gate = new();
    private bool isOver;

    public BatchBuilder Rent()
    {
        lock (gate)
        {
            if (free.TryPop(out BatchBuilder? builder))
                return builder;
        }

        return new BatchBuilder(schema, columns, uncheckedText);
    }

    public void Return(BatchBuilder builder)
    {
        builder.Clear();
        lock (gate)
        {
            if (!isOver && free.Count < Kept)
            {
                free.Push(builder);
                return;
            }
        }

        builder.Release();
    }

    /// <summary>Gives the memory to decoders that come after; that of batches still in use when they are disposed.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            while (free.TryPop(out BatchBuilder? builder))
                builder.Release();
        }
    }
}
