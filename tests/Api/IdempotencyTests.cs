using System.Net;
using Mammoth.Tests.Api.Running;

namespace Mammoth.Tests.Api;

/// <summary>A request that is sent again, since nobody knows whether it arrived.</summary>
public sealed class IdempotencyTests(ServedShop shop) : IClassFixture<ServedShop>
{
    private ApiServer Server => shop.Server;

    [Fact]
    public async Task The_same_key_with_the_same_body_is_the_same_run()
    {
        var first = await Server.Post("api/v1/verifications", """{"include": ["shop.orders"]}""", "once");
        await Server.Ended(first.Location!);
        // The same by what it says: the order and the spaces do not matter.
        var second = await Server.Post("api/v1/verifications", """{ "exclude" : [], "include":["shop.orders"] }""", "once");
        Assert.Equal(HttpStatusCode.Accepted, second.Status);
        Assert.Equal(first.Location, second.Location);
        Assert.Equal("succeeded", (string?)second["state"]);
    }

    [Fact]
    public async Task Sent_many_times_at_once_it_is_one_run()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Server.Post("api/v1/migrations", """{"include": ["shop.customers"]}""", "all at once")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        string run = Assert.Single(answers.Select(a => a.Location!).Distinct());
        await Server.Ended(run);
    }

    [Theory]
    [InlineData("api/v1/verifications", """{"include": ["shop.customers"]}""")]
    [InlineData("api/v1/migrations", """{"include": ["shop.orders"], "dryRun": true}""")]
    public async Task The_same_key_for_something_else_is_refused(string path, string json)
    {
        string key = Guid.NewGuid().ToString();
        var first = await Server.Post("api/v1/verifications", """{"include": ["shop.orders"]}""", key);
        var second = await Server.Post(path, json, key);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, second.Status);
        Assert.Equal("application/problem+json", second.Type);
        Assert.Equal("key-reused", (string?)second["code"]);
        Assert.Equal((string?)first["run"], (string?)second["run"]);
        await Server.Ended(first.Location!);
    }

    [Fact]
    public async Task Without_a_key_each_request_is_a_run_of_its_own()
    {
        var first = await Server.Post("api/v1/verifications", """{"include": ["nothing"]}""");
        var second = await Server.Post("api/v1/verifications", """{"include": ["nothing"]}""");
        Assert.NotEqual(first.Location, second.Location);
        await Server.Ended(first.Location!);
        await Server.Ended(second.Location!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public async Task A_key_that_can_not_be_taken_is_refused(int length)
    {
        var answer = await Server.Post("api/v1/verifications", "{}", new string('k', length));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("invalid-key", (string?)answer["code"]);
    }
}
