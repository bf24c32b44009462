using System.Text.RegularExpressions;
using Mammoth.Postgres.Catalog;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>The SQL of docs/security.md makes a role that can migrate, and none of its statements is there for nothing.</summary>
public sealed partial class LeastRoleTests(SampleSource sample, Readers readers) : IClassFixture<SampleSource>
{
    private static readonly string[] Schemas = ["shop", "types", "Odd \"Names\""];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_with_the_documented_grants_migrates_everything()
    {
        var owner = await sample.Clone(Cancellation);
        await using var role = await Role(owner, _ => true);
        using var area = new MigrationArea(role.Source, readers);
        var report = (await area.MigrateHere()).Expect(0).Report;
        Assert.Equal((await owner.Tables(Cancellation)).Count, report.Tables.Count);
        Assert.All(report.Tables, t => Assert.True(t.Verification!.Holds));

        // It can read, and nothing else.
        foreach (string write in new[] { "DELETE FROM shop.orders", "CREATE TABLE shop.mine (a int)", "TRUNCATE shop.orders", "CREATE SCHEMA mine" })
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => role.Source.Run(write, Cancellation));
    }

    [Theory]
    [InlineData("CONNECT ON DATABASE")]
    [InlineData("USAGE ON SCHEMA")]
    [InlineData("SELECT ON ALL TABLES")]
    public async Task With_one_grant_less_the_missing_one_is_named(string left)
    {
        var owner = await sample.Clone(Cancellation);
        await using var role = await Role(owner, statement => !statement.Contains(left, StringComparison.Ordinal));
        using var area = new MigrationArea(role.Source, readers);
        (await area.MigrateHere()).SaysTo(2, $"GRANT {left.Replace(" ALL TABLES", "", StringComparison.Ordinal)}");
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
    }

    [Fact]
    public async Task A_partition_that_may_only_be_read_through_its_table_is_named()
    {
        var owner = await sample.Clone(Cancellation);
        await using var role = await Role(owner, _ => true);
        await owner.Run($"REVOKE SELECT ON shop.events_2024_05 FROM {role.Name}", Cancellation);
        using var area = new MigrationArea(role.Source, readers);
        (await area.MigrateHere()).SaysTo(2, "shop.events", "GRANT SELECT ON \"shop\".\"events_2024_05\"");
    }

    /// <summary>A role made by the page's SQL.</summary>
    /// <param name="isGranted">Which of its statements are run.</param>
    private static async Task<TestRole> Role(SourceDatabase owner, Func<string, bool> isGranted)
    {
        string page = await File.ReadAllTextAsync(Path.Combine(DocumentationTests.Root(), "docs", "security.md"), Cancellation);
        string sql = Comment().Replace(page.Split("```sql\n")[1].Split("```")[0], "");
        string[] statements = [.. sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        Assert.Equal(4, statements.Length);
        var role = TestRole.Named(owner);
        await owner.Run($"REVOKE CONNECT ON DATABASE {Identifier.Quote(owner.Name)} FROM PUBLIC", Cancellation);
        foreach (string statement in statements.Where(isGranted))
        {
            string own = statement.Replace("mammoth_reader", role.Name, StringComparison.Ordinal).Replace("'…'", "'p'", StringComparison.Ordinal).Replace("DATABASE shop", $"DATABASE {Identifier.Quote(owner.Name)}", StringComparison.Ordinal);
            foreach (string schema in own.Contains("SCHEMA shop", StringComparison.Ordinal) ? Schemas : [""])
                await owner.Run(own.Replace("SCHEMA shop", $"SCHEMA {Identifier.Quote(schema)}", StringComparison.Ordinal), Cancellation);
        }

        return role;
    }

    [GeneratedRegex("--.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
