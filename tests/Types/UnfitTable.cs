using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Tests.Types.Values;
using Npgsql;

namespace Mammoth.Tests.Types;

/// <summary>A table of columns some of whose values don't fit, and what should become of each under its column's policy.</summary>
internal sealed class UnfitTable
{
    private readonly (UnfitCase Type, TypePolicy Policy)[] _columns;
    private readonly string?[][] _values;
    private readonly bool[][] _unfit;

    /// <param name="oneIn">One value of so many does not fit; 0: all do.</param>
    public UnfitTable(string schema, string name, IReadOnlyList<(UnfitCase Type, TypePolicy Policy)> columns, int rows, int oneIn, Random random)
    {
        (Schema, Name, _columns) = (schema, name, [.. columns]);
        _unfit = [.. Enumerable.Range(0, rows).Select(_ => columns.Select(_ => oneIn > 0 && random.OneIn(oneIn)).ToArray())];
        _values = [.. _unfit.Select(row => columns.Zip(row, (c, unfit) => unfit ? c.Type.DoesNot(random) : random.OneIn(10) ? null : c.Type.Fits(random)).ToArray())];
    }

    public string Schema { get; }

    public string Name { get; }

    public string Relation => $"{Schema}.{Identifier.Quote(Name)}";

    public int Rows => _values.Length;

    public IReadOnlyDictionary<string, TypePolicy> Policies => _columns.Index().ToDictionary(c => $"c{c.Index}", c => c.Item.Policy);

    /// <summary>The table can't be copied.</summary>
    public bool Fails => _columns.Index().Any(c => c.Item.Policy == TypePolicy.Fail && IsUnfit(c.Index));

    /// <summary>What each column becomes, <c>id</c> first.</summary>
    public IReadOnlyList<string> Targets => ["int", .. _columns.Select((c, i) => IsText(i) ? "string" : c.Type.Target)];

    /// <summary>The ids of the rows that go to quarantine.</summary>
    public IReadOnlyList<int> Aside => [.. _unfit.Index().Where(r => r.Item.Index().Any(v => v.Item && _columns[v.Index].Policy == TypePolicy.Quarantine)).Select(r => r.Index)];

    /// <summary>SQL that is true for them.</summary>
    public string IsAside => $"id = ANY ('{{{string.Join(',', Aside)}}}')";

    public IReadOnlyList<ComparedColumn> Compared =>
        [.. _columns.Select((c, i) => new ComparedColumn($"c{i}", "pg_catalog.format('%s', {0})", $"({{0}})::{c.Type.Sql}", IsText(i)))];

    public async Task Create(NpgsqlConnection connection, CancellationToken cancellation)
    {
        string columns = string.Concat(_columns.Select((c, i) => $", c{i} {c.Type.Sql}"));
        await using var create = new NpgsqlCommand($"CREATE TABLE {Relation} (id integer{columns})", connection);
        await create.ExecuteNonQueryAsync(cancellation);
        await using var insert = new NpgsqlCommand(
            $"""
            INSERT INTO {Relation} SELECT id{string.Concat(_columns.Select((c, i) => $", c{i}::{c.Type.Sql}"))}
            FROM unnest($1{string.Concat(_columns.Select((_, i) => $", ${i + 2}"))}) AS u(id{string.Concat(_columns.Select((_, i) => $", c{i}"))})
            """,
            connection);
        insert.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. Enumerable.Range(0, Rows)] });
        for (int i = 0; i < _columns.Length; i++)
            insert.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. _values.Select(r => r[i])] });
        await insert.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The first value of each row for which it goes to quarantine, as PostgreSQL prints it, behind its column; in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> Printed(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var printed = new List<string>();
        foreach (var rows in Aside.GroupBy(id => _columns.Index().First(c => _unfit[id][c.Index] && c.Item.Policy == TypePolicy.Quarantine).Index))
        {
            await using var command = new NpgsqlCommand($"SELECT 'c{rows.Key} ' || pg_catalog.format('%s', c{rows.Key}) FROM {Relation} WHERE id = ANY ($1)", connection)
            {
                Parameters = { new NpgsqlParameter<int[]> { TypedValue = [.. rows] } },
            };
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                printed.Add(reader.GetString(0));
        }

        return [.. printed.Order(StringComparer.Ordinal)];
    }

    /// <summary>Brings rows back from their binary COPY tuples, as docs/types.md says they can be, and lets PostgreSQL compare.</summary>
    /// <returns>How many rows are in one and not in the other.</returns>
    public async Task<long> Missing(NpgsqlConnection connection, IEnumerable<byte[]> tuples, CancellationToken cancellation)
    {
        string back = $"{Schema}.{Identifier.Quote($"{Name} back {Guid.NewGuid():N}")}";
        string columns = string.Concat(_columns.Select((c, i) => $", c{i} {(IsText(i) ? "text" : c.Type.Carried)}"));
        await using (var create = new NpgsqlCommand($"CREATE TABLE {back} (id integer{columns})", connection))
            await create.ExecuteNonQueryAsync(cancellation);
        await using (var copy = await connection.BeginRawBinaryCopyAsync($"COPY {back} FROM STDIN (FORMAT binary)", cancellation))
        {
            await copy.WriteAsync((byte[])[.. "PGCOPY\n"u8, 0xff, .. "\r\n\0"u8, .. new byte[8]], cancellation);
            foreach (byte[] tuple in tuples)
                await copy.WriteAsync(tuple, cancellation);
            await copy.WriteAsync((byte[])[0xff, 0xff], cancellation);
        }

        string Printed(string table, string where) =>
            $"SELECT id{string.Concat(_columns.Select((_, i) => $", c{i} IS NOT DISTINCT FROM NULL, pg_catalog.format('%s', c{i})"))} FROM {table} WHERE {where}";
        await using var compare = new NpgsqlCommand(
            $"""
            SELECT (SELECT count(*) FROM ({Printed(Relation, IsAside)} EXCEPT ALL {Printed(back, "true")}) a)
                 + (SELECT count(*) FROM ({Printed(back, "true")} EXCEPT ALL {Printed(Relation, IsAside)}) b)
            """,
            connection);
        return (long)(await compare.ExecuteScalarAsync(cancellation))!;
    }

    private bool IsUnfit(int column) => _unfit.Any(r => r[column]);

    private bool IsText(int column) => _columns[column].Policy == TypePolicy.String && IsUnfit(column);
}
