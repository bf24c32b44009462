using Mammoth.Cli.Sample;
using Mammoth.Postgres.Catalog;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>The small sample, loaded once and cloned for each test that wants it.</summary>
public sealed class SampleSource(PostgresFixture postgres) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private string? template;

    /// <summary>A database with the sample that nobody else uses.</summary>
    internal async Task<SourceDatabase> Clone(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            template ??= await Load(cancellation);
            var clone = new SourceDatabase(await postgres.CreateDatabaseAsync("sample", cancellation));
            var server = new SourceDatabase(await postgres.GetConnectionStringAsync(cancellation));
            await server.Run($"DROP DATABASE {Identifier.Quote(clone.Name)}", cancellation);
            await server.Run($"CREATE DATABASE {Identifier.Quote(clone.Name)} TEMPLATE {Identifier.Quote(template)}", cancellation);
            return clone;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<string> Load(CancellationToken cancellation)
    {
        var database = new SourceDatabase(await postgres.CreateDatabaseAsync("sample_template", cancellation));
        await new SampleLoader(database.ConnectionString).LoadAsync(SampleSize.Small, 42, replace: false, null, cancellation);
        return database.Name;
    }
}

/// <summary>Whole migrations, one test after the other: each uses all the machine has.</summary>
[CollectionDefinition(Name)]
public sealed class EndToEndTests : ICollectionFixture<SampleSource>
{
    public const string Name = "End to end";
}
