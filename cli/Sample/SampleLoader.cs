using Mammoth.Migration.Errors;
using Mammoth.Postgres.Catalog;
using Npgsql;

namespace Mammoth.Cli.Sample;

/// <summary>How far the loading is.</summary>
internal readonly record struct SampleProgress(string Table, long Rows, long TotalRows, long Bytes);

/// <summary>What was loaded.</summary>
internal sealed record SampleSummary(int Tables, long Rows, long DatabaseBytes, IReadOnlyList<string> LeftOut);

/// <summary>Makes the sample in an empty database, by one streaming COPY a table.</summary>
internal sealed class SampleLoader(string connectionString)
{
    /// <summary>Loads the sample.</summary>
    /// <param name="replace">Drop the sample's schemas first where they are there.</param>
    /// <exception cref="UsageException">They are there, and <paramref name="replace"/> is not asked for.</exception>
    public async Task<SampleSummary> LoadAsync(SampleSize size, long seed, bool replace, IProgress<SampleProgress>? progress, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await ClearAsync(connection, replace, cancellationToken);
        ServerAbilities server = await ServerAbilities.PrepareAsync(connection, cancellationToken);
        foreach (string schema in SampleDatabase.Schemas)
            await ExecuteAsync(connection, $"CREATE SCHEMA {Identifier.Quote(schema)}", cancellationToken);

        IReadOnlyList<SampleTable> tables = SampleDatabase.Tables(size, seed, server);
        long total = tables.Sum(t => (long)t.Rows);
        long rows = 0;
        long bytes = 0;
        foreach (SampleTable table in tables)
        {
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, table.Create, cancellationToken);
            await using (NpgsqlCopyTextWriter copy = await connection.BeginTextImportAsync(table.CopyCommand, cancellationToken))
            {
                CopyLines lines = new(copy.BaseStream);
                await table.WriteAsync(lines, seed, l => progress?.Report(new(table.QualifiedName, rows + l.Rows, total, bytes + l.Bytes)), cancellationToken);
                rows += lines.Rows;
                bytes += lines.Bytes;
            }

            await transaction.CommitAsync(cancellationToken);
        }

        foreach (string statement in SampleDatabase.Afterwards)
        {
            progress?.Report(new("keys and indexes", rows, total, bytes));
            await ExecuteAsync(connection, statement, cancellationToken);
        }

        await ExecuteAsync(connection, "ANALYZE", cancellationToken);
        await using NpgsqlCommand measure = new("SELECT pg_database_size(current_database())", connection);
        return new(tables.Count, rows, (long)(await measure.ExecuteScalarAsync(cancellationToken))!, [.. server.LeftOut()]);
    }

    private static async Task ClearAsync(NpgsqlConnection connection, bool replace, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand look = new("SELECT nspname FROM pg_namespace WHERE nspname = ANY($1)", connection) { Parameters = { new() { Value = SampleDatabase.Schemas } } };
        List<string> present = [];
        await using (NpgsqlDataReader reader = await look.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                present.Add(reader.GetString(0));
        }

        if (present.Count > 0 && !replace)
        {
            throw new UsageException(
                $"Database {connection.Database} already has the schema{(present.Count == 1 ? "" : "s")} {string.Join(", ", present.Order(StringComparer.Ordinal))}, which the sample would make.",
                "Give an empty database, or --replace to drop them with all they hold.");
        }

        foreach (string schema in present)
            await ExecuteAsync(connection, $"DROP SCHEMA {Identifier.Quote(schema)} CASCADE", cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
