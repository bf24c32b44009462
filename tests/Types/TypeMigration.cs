using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Postgres.Catalog;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Mammoth.Tests.Types.Values;
using Npgsql;

namespace Mammoth.Tests.Types;

/// <summary>A database with a table of random values for each <see cref="TypeCase"/> that the server can have, and one migration of them all.</summary>
public sealed class TypeMigration(PostgresFixture postgres) : IDisposable
{
    private const int Rows = 300;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly MigrationWarehouse _warehouse = new();
    private readonly HashSet<string> _extensions = [];
    private Task? _ended;

    internal string Source { get; private set; } = "";

    internal RunReport Report { get; private set; } = null!;

    internal MigrationWarehouse Warehouse => _warehouse;

    internal int Version { get; private set; }

    /// <summary>Waits for the migration, which the first to ask starts.</summary>
    internal async Task Ended()
    {
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _ended ??= Migrate(CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }

        await _ended;
    }

    /// <summary>Why there is no table of a case; null where there is one.</summary>
    internal string? Missing(TypeCase type) =>
        Version < type.Since ? $"{type.Sql} came with PostgreSQL {type.Since}; this server is {Version}."
        : type.Extension is { } extension && !_extensions.Contains(extension) ? $"The server lacks the extension {extension}."
        : null;

    internal static string Relation(TypeCase type) => $"types.{Identifier.Quote(type.Name)}";

    public void Dispose()
    {
        _turn.Dispose();
        _warehouse.Dispose();
    }

    private async Task Migrate(CancellationToken cancellation)
    {
        Source = await postgres.CreateDatabaseAsync("types", cancellation);
        await using (var connection = new NpgsqlConnection(Source))
        {
            await connection.OpenAsync(cancellation);
            Version = connection.PostgreSqlVersion.Major;
            await Run(connection, "CREATE SCHEMA types; " + MadeCases.Setup, cancellation);
            foreach (string extension in TypeCase.All.Values.Select(c => c.Extension).OfType<string>().Distinct())
                if (await IsAvailable(connection, extension, cancellation))
                {
                    await Run(connection, $"CREATE EXTENSION {extension} SCHEMA public", cancellation);
                    _extensions.Add(extension);
                }

            foreach (TypeCase type in TypeCase.All.Values.Where(c => Missing(c) is null))
                await Fill(connection, type, cancellation);
        }

        Report = await _warehouse.Migrate(Source, new MigrationOptions { OnError = OnError.Continue }, cancellation);
    }

    private static async Task Fill(NpgsqlConnection connection, TypeCase type, CancellationToken cancellation)
    {
        bool withArray = type.HasArray && type.Generated.Length == 0;
        string array = withArray ? $", a {type.Sql}[]" : "";
        await Run(connection, $"CREATE TABLE {Relation(type)} (id integer PRIMARY KEY, v {type.Sql} {type.Generated}{array})", cancellation);
        string columns = (type.Generated.Length == 0 ? ", v" : "") + (withArray ? ", a" : "");
        if (type.Fill is { } query)
        {
            await Run(connection, $"INSERT INTO {Relation(type)} (id{columns}) SELECT row_number() OVER (), v{(withArray ? ", ARRAY[v, NULL, v]" : "")} FROM ({query}) q(v)", cancellation);
            return;
        }

        Random random = TestSeed.For(type.Name);
        string? Value() => type.Value is null || random.OneIn(10) ? null : type.Value(random);
        string? Several() => type.Value is null || random.OneIn(10) ? null
            : Mammoth.Cli.Sample.PgText.Array(Enumerable.Range(0, random.Next(4)).Select(_ => random.OneIn(5) ? null : type.Value(random)).ToList(), type.Delimiter);
        string selected = (type.Generated.Length == 0 ? $", v::{type.Sql}" : "") + (withArray ? $", a::{type.Sql}[]" : "");
        await using var insert = new NpgsqlCommand($"INSERT INTO {Relation(type)} (id{columns}) SELECT id{selected} FROM unnest($1, $2, $3) AS u(id, v, a)", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<int[]> { TypedValue = [.. Enumerable.Range(1, Rows)] },
                new NpgsqlParameter<string?[]> { TypedValue = [.. Enumerable.Range(1, Rows).Select(_ => Value())] },
                new NpgsqlParameter<string?[]> { TypedValue = [.. Enumerable.Range(1, Rows).Select(_ => Several())] },
            },
        };
        try
        {
            await insert.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException e)
        {
            throw new InvalidOperationException($"The values made up for {type.Name} are none: {e.MessageText} {TestSeed.Told}", e);
        }
    }

    private static async Task<bool> IsAvailable(NpgsqlConnection connection, string extension, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = $1)", connection) { Parameters = { new() { Value = extension } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
