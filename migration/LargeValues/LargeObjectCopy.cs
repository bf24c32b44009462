using Apache.Arrow;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Plans;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.LargeValues;

/// <summary>
/// Copies the large objects that the rows of a chunk name, before the rows: a session does one thing at a time, and a row's reference must be known when it is read. An object named by
/// many rows of the chunk is copied once.
/// </summary>
internal sealed class LargeObjectCopy : ILargeObjects
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Pieces of one statement, behind the first: most objects have only that.</summary>
    private const int Pieces = 64;

    private readonly Dictionary<uint, LargeValue> _copied = [];

    public LargeValue? Find(uint number) => _copied.GetValueOrDefault(number);

    public static async Task<LargeObjectCopy> Run(SnapshotReader session, TablePlan table, ChunkPlan chunk, LargeValueWriter writer, CancellationToken cancellation)
    {
        var objects = new LargeObjectCopy();
        if (writer.IsVoid || table.Columns.All(c => c.LargeValues is not { IsObject: true }))
        {
            return objects;
        }

        var numbers = new List<uint>();
        await Read(session, SelectStatement.Objects(table, chunk), new CopyType.Oid(), (Int64Array batch) => numbers.AddRange(batch.Values.ToArray().Select(n => (uint)n)), cancellation);
        foreach (uint number in numbers)
        {
            writer.Begin();
            long next = 0;
            for (bool more = true; more;)
            {
                long count = next == 0 ? 1 : Pieces;
                await Read(session, SelectStatement.Pieces(number, PieceBytes, next, count), new CopyType.Bytea(), (BinaryArray batch) => more = Write(batch, writer) && more, cancellation);
                next += count;
            }

            objects._copied.Add(number, await writer.EndAsync());
        }

        return objects;
    }

    /// <returns>Whether there may be more.</returns>
    private static bool Write(BinaryArray pieces, LargeValueWriter writer)
    {
        for (int i = 0; i < pieces.Length; i++)
        {
            ReadOnlySpan<byte> piece = pieces.GetBytes(i);
            writer.Write(piece);
            if (piece.Length < PieceBytes)
            {
                return false;
            }
        }

        return true;
    }

    private static async Task Read<TArray>(SnapshotReader session, string query, CopyType type, Action<TArray> take, CancellationToken cancellation)
        where TArray : IArrowArray
    {
        await using CopyReader reader = await CopyReader.Open(session, query, [new("value", type)], cancellation: cancellation);
        await reader.ReadAll(
            batch =>
            {
                take((TArray)batch.Column(0));
                return ValueTask.CompletedTask;
            },
            cancellation);
    }
}
