using System.Net;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api;

/// <summary>A server whose warehouse has tables that came from another database.</summary>
public sealed class OtherSourceTests(PostgresFixture postgres) : IAsyncLifetime
{
    private ServedArea area = null!;
    private ApiServer server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        area = await ServedArea.Create(postgres, "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2);");
        var other = await SourceDatabase.Create(postgres, "api_other", "CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 12);", Cancellation);
        var (exitCode, said) = await ApiServer.Command(area.Folder, "migrate", "--source", other.ConnectionString, "--warehouse", area.Warehouse);
        Assert.True(exitCode == 0, said);
        server = await area.Serve();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        area?.Dispose();
    }

    [Fact]
    public async Task A_plan_is_refused_by_name_and_given_where_it_is_asked_for()
    {
        var refused = await server.Post("api/v1/plan", "{}");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Equal("other-source", (string?)refused["code"]);
        Assert.Contains("public.t in the warehouse came from another database", (string?)refused["detail"], StringComparison.Ordinal);
        Assert.Contains("replaceSource", (string?)refused["wayOut"], StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Conflict, (await server.Post("api/v1/plan", """{"replaceSource": false}""")).Status);
        var given = await server.Post("api/v1/plan", """{"replaceSource": true}""");
        Assert.Equal(HttpStatusCode.OK, given.Status);
        Assert.Contains("is replaced", (string?)given["notes"]![0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_fails_and_leaves_the_table_and_one_that_asks_for_it_replaces_it()
    {
        var failed = await server.Ended(await server.Migrate());
        Assert.Equal("failed", (string?)failed["state"]);
        Assert.Contains("came from another database", failed["error"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(12, (long)(await server.Get("api/v1/tables"))["tables"]![0]!["rows"]!);

        var replaced = await server.Ended(await server.Migrate("""{"replaceSource": true}"""));
        Assert.Equal("succeeded", (string?)replaced["state"]);
        Assert.Equal(2, (long)(await server.Get("api/v1/tables"))["tables"]![0]!["rows"]!);
    }

    [Fact]
    public async Task The_description_knows_the_field()
    {
        var document = await server.Get("openapi.json");
        Assert.Contains("replaceSource", document.Text, StringComparison.Ordinal);
    }
}
