using Mammoth.Postgres.Catalog;

namespace Mammoth.Cli.Sample;

/// <summary>A table of the sample: how it is made and the rows it gets.</summary>
/// <param name="Schema">Its schema's name, unquoted.</param>
/// <param name="Name">Its name, unquoted.</param>
/// <param name="Columns">The columns that rows are written for; not those the server generates.</param>
/// <param name="Create">The statements that make it.</param>
internal sealed record SampleTable(string Schema, string Name, IReadOnlyList<string> Columns, string Create)
{
    /// <summary>How many rows it gets.</summary>
    public int Rows { get; init; }

    /// <summary>Writes row <c>index</c> (from 0), all columns, without its end.</summary>
    public Action<CopyLines, SampleRandom, int> Row { get; init; } = (_, _, _) => { };

    public string QualifiedName => $"{Identifier.Quote(Schema)}.{Identifier.Quote(Name)}";

    public string CopyCommand => $"COPY {QualifiedName} ({string.Join(", ", Columns.Select(Identifier.Quote))}) FROM STDIN";

    /// <summary>Writes every row; the same bytes for the same seed.</summary>
    public async Task WriteAsync(CopyLines lines, long seed, Action<CopyLines>? progress, CancellationToken cancellationToken)
    {
        SampleRandom random = SampleRandom.Stream(seed, QualifiedName);
        for (int row = 0; row < Rows; row++)
        {
            Row(lines, random, row);
            lines.EndRow();
            if (lines.IsFull)
            {
                await lines.FlushAsync(cancellationToken);
                progress?.Invoke(lines);
            }
        }

        await lines.FlushAsync(cancellationToken);
        progress?.Invoke(lines);
    }
}
