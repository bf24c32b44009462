using Apache.Arrow;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>The columns of one batch, grown row by row.</summary>
internal sealed class BatchBuilder
{
    private readonly Schema schema;
    private readonly ColumnBuilder[] columns;

    /// <summary>By column; null where its values are never large.</summary>
    private readonly ReferenceBuilder?[] references;
    private readonly ReferenceBuilder[] all;

    public BatchBuilder(Schema schema, IReadOnlyList<CopyColumn> columns, bool uncheckedText)
    {
        this.schema = schema;
        references = [.. columns.Select(c => c.Large is null ? null : new ReferenceBuilder())];
        all = [.. references.OfType<ReferenceBuilder>()];
        this.columns = [.. columns.Select(c => BuilderFactory.Create(c.Type, uncheckedText)), .. all];
    }

    /// <summary>Finished rows.</summary>
    public int Rows { get; private set; }

    /// <summary>What those rows took on the wire.</summary>
    public long Bytes { get; private set; }

    public ReadOnlySpan<ColumnBuilder> Columns => columns;

    /// <summary>Appends a reference to a large value, and null as the value itself.</summary>
    public void AppendLarge(int column, LargeValue value)
    {
        columns[column].AppendNull();
        references[column]!.Append(value);
    }

    /// <summary>Appends a reference to the large object whose number the value is.</summary>
    public void AppendObject(int column, LargeValue value) => references[column]!.Append(value);

    /// <summary>Ends rows whose values were all appended.</summary>
    /// <param name="bytes">What they took on the wire.</param>
    public void EndRows(int rows, int bytes)
    {
        Rows += rows;
        foreach (ReferenceBuilder reference in all)
        {
            while (reference.Length < Rows)
                reference.AppendNull();
        }

        Bytes += bytes;
    }

    /// <summary>Takes back what was appended of rows that are not finished.</summary>
    public void AbandonRows()
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
