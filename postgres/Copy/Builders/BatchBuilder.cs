using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>The columns of one batch, grown row by row.</summary>
internal sealed class BatchBuilder
{
    private readonly Schema schema;
    private readonly ColumnBuilder[] columns;

    public BatchBuilder(Schema schema, IReadOnlyList<CopyColumn> columns, bool uncheckedText)
    {
        this.schema = schema;
        this.columns = [.. columns.Select(c => BuilderFactory.Create(c.Type, uncheckedText))];
    }

    /// <summary>Finished rows.</summary>
    public int Rows { get; private set; }

    /// <summary>What those rows took on the wire.</summary>
    public long Bytes { get; private set; }

    public ColumnBuilder this[int column] => columns[column];

    public void EndRow(int bytes)
    {
        Rows++;
        Bytes += bytes;
    }

    /// <summary>Takes back what was appended of a row that is not finished.</summary>
    public void AbandonRow()
    {
        foreach (ColumnBuilder column in columns)
            column.Truncate(Rows);
    }

    /// <summary>The rows as a batch over this builder's memory, which comes back here when the batch is disposed.</summary>
    public DecodedBatch Build(BuilderPool pool) =>
        new(schema, [.. columns.Select(c => ArrowArrayFactory.BuildArray(c.Build()))], Rows, this, pool);

    /// <summary>Gives the memory to those that come after.</summary>
    public void Release()
    {
        foreach (ColumnBuilder column in columns)
            column.Release();
    }

    public void Clear()
    {
        foreach (ColumnBuilder column in columns)
            column.Clear();
        Rows = 0;
        Bytes = 0;
    }
}
