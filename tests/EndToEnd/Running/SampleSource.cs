using Mammoth.Cli.Sample;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>The small sample, loaded once and cloned for each test that wants it.</summary>
public sealed class SampleSource(PostgresFixture postgres)
{
    /// <summary>A database with the sample that nobody else uses.</summary>
    internal async Task<SourceDatabase> Clone(CancellationToken cancellation) => new(await postgres.CopyDatabaseAsync("sample", Load, cancellation));

    private static Task Load(string connectionString, CancellationToken cancellation) =>
        new SampleLoader(connectionString).LoadAsync(SampleSize.Small, 42, replace: false, null, cancellation);
}
