using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>A batch over a builder's own memory. Disposing it gives the memory back for another batch: its arrays must not be read after that.</summary>
internal sealed class DecodedBatch(Schema schema, IReadOnlyList<IArrowArray> arrays, int rows, BatchBuilder builder, BuilderPool pool)
    : RecordBatch(schema, arrays, rows)
{
    private BatchBuilder? owned = builder;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Interlocked.Exchange(ref owned, null) is { } back)
            pool.Return(back);
    }
}
