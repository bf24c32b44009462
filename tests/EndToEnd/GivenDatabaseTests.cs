using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>A database of yours, named by <c>MAMMOTH_TEST_SOURCE</c> (a connection string; nothing in it is changed): does it arrive value for value?</summary>
public sealed class GivenDatabaseTests(AzuriteFixture azurite, Readers readers, ITestOutputHelper log)
{
    private const string Variable = "MAMMOTH_TEST_SOURCE";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_table_is_what_PostgreSQL_says(bool onAzure)
    {
        var source = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(source), $"{Variable} names no database.");
        using var area = new MigrationArea(new SourceDatabase(source!), readers, onAzure ? await azurite.CreateContainer(Cancellation) : null);
        var report = (await area.Migrate()).Expect(0).Report;
        await area.JudgeAll(report);
        log.WriteLine($"{report.Tables.Count} tables, {report.Rows} rows.");
    }
}
