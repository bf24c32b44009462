using Mammoth.Migration.Reports;
using Mammoth.Tests.Types.Values;
using Npgsql;

namespace Mammoth.Tests.Types;

/// <summary>
/// Random values of every type that a column can have, with nulls among them and arrays beside them, through a whole migration: COPY, Arrow, Parquet,
/// commit, scan. PostgreSQL compares what it has with what came out.
/// </summary>
public sealed class TypeRoundTripTests(TypeMigration migration) : IClassFixture<TypeMigration>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Types => [.. TypeCase.All.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Comes_out_as_PostgreSQL_prints_it_and_reads_it_again(string name)
    {
        TypeCase type = TypeCase.All[name];
        TableReport table = await Table(type);
        ComparedColumn[] columns =
        [
            new("v", type.Printed, type.ReadsItself ? type.Back : null, type.Target == "string"),
            new("a", "pg_catalog.format('%s', {0})", type.ReadsItself ? $"({{0}})::{type.Sql}[]" : null, type.ArrayTarget == "string"),
        ];
        var site = await migration.Warehouse.Site(migration.Source, Cancellation);
        var metadata = await site.Load(table.Namespace, table.Name, Cancellation);
        var rows = await WarehouseRows.Read(migration.Warehouse.Store, metadata!, new PgLiteral(type.Delimiter), Cancellation);
        Assert.Equal(table.Rows, rows.Count);
        Assert.Empty(await SourceComparison.Differences(migration.Source, TypeMigration.Relation(type), columns[..(table.Columns.Count - 1)], rows, "true", Cancellation));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Becomes_what_the_documentation_says(string name)
    {
        TypeCase type = TypeCase.All[name];
        TableReport table = await Table(type);
        string[] expected = ["int", type.Target, type.ArrayTarget];
        Assert.Equal(expected[..table.Columns.Count], table.Columns.Select(c => c.TargetType));
        Assert.Equal(type.HasArray && type.Generated.Length == 0 ? 3 : 2, table.Columns.Count);
    }

    [Fact]
    public async Task No_type_is_left_out()
    {
        await migration.Ended();
        await using var connection = new NpgsqlConnection(migration.Source);
        await connection.OpenAsync(Cancellation);
        // Base types, ranges and multiranges; arrays (_…) are tried beside their elements, pseudo-types no column can have.
        await using var command = new NpgsqlCommand(
            """
            SELECT coalesce(string_agg(t.typname, ', ' ORDER BY t.typname), '') FROM pg_type t
            WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'm') AND t.typname !~ '^_'
              AND NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'types'::regnamespace AND a.attname = 'v' AND a.atttypid = t.oid)
            """,
            connection);
        Assert.Equal("", await command.ExecuteScalarAsync(Cancellation));
    }

    private async Task<TableReport> Table(TypeCase type)
    {
        await migration.Ended();
        if (migration.Missing(type) is { } reason)
            Assert.Skip(reason);
        TableReport table = migration.Report.Tables.Single(t => t.Namespace == "types" && t.Name == type.Name);
        Assert.True(table.Outcome == Outcome.Published, $"{table.Error} {TestSeed.Told}");
        Assert.True(table.Verification!.Holds);
        return table;
    }
}
