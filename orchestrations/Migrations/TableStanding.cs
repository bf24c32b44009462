using Mammoth.Migration.Copying;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>What is being done with a table.</summary>
public enum TablePhase
{
    Copying,
    Staging,
    Verifying,
    Done,
}

/// <summary>Where a table stands: the custom status of its <see cref="MigrateTable"/>.</summary>
/// <param name="Source">The table's name in the source.</param>
/// <param name="Rows">Rows of the chunks that are done, quarantined ones included.</param>
/// <param name="Bytes">Their bytes of binary COPY.</param>
/// <param name="FileBytes">Their bytes of data files.</param>
/// <param name="QuarantinedRows">Rows of them that are set aside.</param>
public sealed record TableStanding(string Source, int Epoch, TablePhase Phase, int Chunks, int ChunksDone = 0, long Rows = 0, long Bytes = 0, long FileBytes = 0, long QuarantinedRows = 0)
{
    /// <summary>With some more chunks done.</summary>
    public TableStanding With(ChunkResult chunk) => this with
    {
        ChunksDone = ChunksDone + chunk.Count,
        Rows = Rows + chunk.Rows + chunk.QuarantinedRows,
        Bytes = Bytes + chunk.Bytes,
        FileBytes = FileBytes + chunk.FileBytes,
        QuarantinedRows = QuarantinedRows + chunk.QuarantinedRows,
    };
}
