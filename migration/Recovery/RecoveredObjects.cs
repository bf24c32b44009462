using System.Globalization;
using System.Security.Cryptography;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.LargeValues;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Recovery;

/// <summary>Brings back the large objects that rows name, under the numbers that they had, over a session of its own: that of the rows is busy.</summary>
internal sealed class RecoveredObjects(IFileIO io, string tableLocation, SourceSession session) : ILargeObjectSink
{
    private const int PieceBytes = 1 << 20;
    private readonly HashSet<uint> _back = [];

    /// <inheritdoc/>
    public async Task Add(uint number, LargeValue value, CancellationToken cancellation)
    {
        if (!_back.Add(number))
        {
            return;
        }

        await using NpgsqlTransaction transaction = await session.Connection.BeginTransactionAsync(cancellation);

        // Another table, or an earlier attempt, may have brought it back.
        await session.Execute(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_catalog.pg_advisory_xact_lock({Lock}, {unchecked((int)number)})"), cancellation);
        await session.Execute(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_catalog.lo_unlink(m.oid) FROM pg_catalog.pg_largeobject_metadata m WHERE m.oid = {number}::pg_catalog.oid"), cancellation);
        await session.Execute(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_catalog.lo_create({number}::pg_catalog.oid)"), cancellation);
        await using var content = new LargeValueStream(value, await new LargeValueFolder(io, tableLocation).Open(value, cancellation));
        byte[] piece = new byte[PieceBytes];
        await using var put = new NpgsqlCommand("SELECT pg_catalog.lo_put($1, $2, $3)", session.Connection)
        {
            Parameters = { new NpgsqlParameter<uint> { TypedValue = number, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid }, new NpgsqlParameter<long> { TypedValue = 0 }, new NpgsqlParameter { Value = ReadOnlyMemory<byte>.Empty, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea } },
        };
        for (long at = 0; await content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellation) is var read and > 0; at += read)
        {
            put.Parameters[1].Value = at;
            put.Parameters[2].Value = new ReadOnlyMemory<byte>(piece, 0, read);
            await put.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// Removes all large objects of the scratch database, and gives their room back: dropping a table leaves the objects that its rows named. One table that has some is there at a time.
    /// </summary>
    public static async Task Clear(SourceSession session, CancellationToken cancellation)
    {
        // A lock each, of which a server holds only so many at a time.
        string some = string.Create(CultureInfo.InvariantCulture, $"SELECT pg_catalog.count(pg_catalog.lo_unlink(m.oid)) FROM (SELECT oid FROM pg_catalog.pg_largeobject_metadata LIMIT {ClearedAtATime}) AS m");
        while (await session.Scalar(some, StatementLimit.OverTable, cancellation) is not "0")
        {
        }

        await using var vacuum = new NpgsqlCommand("VACUUM pg_catalog.pg_largeobject, pg_catalog.pg_largeobject_metadata", session.Connection) { CommandTimeout = StatementLimit.Seconds(StatementLimit.OverTable) };
        await vacuum.ExecuteNonQueryAsync(cancellation);
    }

    private const int ClearedAtATime = 1000;
    private const int Lock = 0x6D6D6F62;
}

/// <summary>The large objects that a recovered table's rows name, by their hashes as PostgreSQL has them now.</summary>
internal sealed class FoundObjects : ILargeObjects
{
    private const int PieceBytes = 1 << 20;
    private readonly Dictionary<uint, LargeValue> _found = [];

    /// <inheritdoc/>
    public LargeValue? Find(uint number) => _found.GetValueOrDefault(number);

    public static async Task<FoundObjects> In(SourceSession session, RecoveredLayout table, CancellationToken cancellation)
    {
        var objects = new FoundObjects();
        RecoveredColumn[] naming = [.. table.Columns.Where(c => c.Recorded.LargeValues is { IsObject: true })];
        if (naming.Length > 0)
        {
            string numbers = string.Join(" UNION ", naming.Select(c => $"SELECT {c.Expression}::pg_catalog.oid FROM {table.Name.Sql}"));
            foreach (uint number in await Numbers(session, $"SELECT n.number FROM ({numbers}) AS n (number) WHERE EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata m WHERE m.oid = n.number)", cancellation))
            {
                objects._found.Add(number, await Read(session, number, cancellation));
            }
        }

        return objects;
    }

    private static async Task<List<uint>> Numbers(SourceSession session, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, session.Connection) { CommandTimeout = StatementLimit.Seconds(StatementLimit.OverTable) };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var numbers = new List<uint>();
        while (await reader.ReadAsync(cancellation))
        {
            numbers.Add(reader.GetFieldValue<uint>(0));
        }

        return numbers;
    }

    private static async Task<LargeValue> Read(SourceSession session, uint number, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = 0;
        for (bool more = true; more;)
        {
            await using var command = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_catalog.lo_get({number}::pg_catalog.oid, {bytes}, {PieceBytes})"), session.Connection);
            byte[] piece = (byte[])(await command.ExecuteScalarAsync(cancellation))!;
            hash.AppendData(piece);
            bytes += piece.Length;
            more = piece.Length == PieceBytes;
        }

        return new("", bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
