using Mammoth.Migration.Copying;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Recovery;

/// <summary>Reads a recovered table as a migration reads its source: binary COPY, under the same settings, each row's bytes hashed before they are decoded.</summary>
internal static class RecoveredRows
{
    /// <param name="session">In the scratch database.</param>
    /// <returns>The digest of the rows that fit the warehouse's columns, and of those that do not: the quarantined ones.</returns>
    public static async Task<(RowDigest Fit, RowDigest Unfit)> Digest(SourceSession session, RecoveredLayout table, CancellationToken cancellation) =>
        await Digest(session, table, MemoryUse.RoomForLargeRows, cancellation);

    /// <param name="room">Bytes of memory for rows larger than usual.</param>
    /// <exception cref="Mammoth.Postgres.Errors.RowMemoryException">A row is larger than memory can hold.</exception>
    internal static async Task<(RowDigest Fit, RowDigest Unfit)> Digest(SourceSession session, RecoveredLayout table, long room, CancellationToken cancellation)
    {
        FoundObjects objects = await FoundObjects.In(session, table, cancellation);
        string query = $"SELECT {string.Join(", ", table.Columns.Select(c => c.Expression))} FROM {table.Name.Sql}";
        await using CopyReader reader = await CopyReader.OpenAsync(session.Connection, query, [.. table.Columns.Select(c => c.ToCopyOut())], new CopyDecoderOptions { LargeRowRoom = room }, new Passed(), new Discarded(), objects, cancellation);
        await reader.ReadAll(static _ => ValueTask.CompletedTask, cancellation);
        return (reader.Totals.Digest, reader.Totals.Unfit);
    }

    /// <summary>Rows that do not fit are only counted and hashed, which the reader does.</summary>
    private sealed class Passed : IUnfitRows
    {
        public void Add(in UnfitRow row)
        {
        }
    }

    /// <summary>Large values are only hashed, which the reader does piece by piece.</summary>
    private sealed class Discarded : ILargeValues
    {
        private long _length;

        public void Begin(int column, long length) => _length = length;

        public void Write(ReadOnlySpan<byte> piece)
        {
        }

        public LargeValue End() => new("", _length, "");
    }
}
