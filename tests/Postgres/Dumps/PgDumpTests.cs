using System.Text;
using Mammoth.Postgres.Dumps;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Postgres.Dumps;

public sealed class PgDumpTests(PostgresFixture postgres)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_schema_is_written_as_of_the_snapshot()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "dump");
        PgDump dump = await FindAsync(database);
        await database.ExecuteAsync("CREATE TABLE \"Ünï\" (a int); CREATE VIEW v AS SELECT a FROM \"Ünï\"");
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
        await database.ExecuteAsync("CREATE TABLE later (a int)");
        using var output = new MemoryStream();
        await dump.WriteSchema(database.ConnectionString, holder.Token, output, Cancel);
        string sql = Encoding.UTF8.GetString(output.ToArray());
        Assert.Contains("CREATE TABLE public.\"Ünï\"", sql, StringComparison.Ordinal);
        Assert.Contains("CREATE VIEW public.v", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("later", sql, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_pg_dump_says_is_told_without_the_password()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "dump");
        PgDump dump = await FindAsync(database);
        SourceException gone = await Assert.ThrowsAsync<SourceException>(
            () => dump.WriteSchema(database.ConnectionString, "00000003-00000001-1", Stream.Null, Cancel));
        Assert.Contains("snapshot", gone.Message, StringComparison.Ordinal);
        SourceException refused = await Assert.ThrowsAsync<SourceException>(
            () => dump.WriteSchema("postgres://ann:hunter2@127.0.0.1:1/nothing", "1-1-1", Stream.Null, Cancel));
        Assert.Contains("ann@127.0.0.1:1/nothing", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_newer_than_every_pg_dump_has_none() => Assert.Null(await PgDump.Find(990000, Cancel));

    private static async Task<PgDump> FindAsync(SourceDatabase database)
    {
        int version = int.Parse(await database.QueryAsync<string>("SELECT current_setting('server_version_num')"), System.Globalization.CultureInfo.InvariantCulture);
        PgDump? dump = await PgDump.Find(version, Cancel);
        Assert.SkipWhen(dump is null, $"No pg_dump of version {version / 10000} or newer is on this machine.");
        Assert.InRange(dump.MajorVersion, version / 10000, 99);
        return dump;
    }
}
