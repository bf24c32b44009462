using System.Net;
using System.Text;
using Mammoth.Tests.Api.Running;

namespace Mammoth.Tests.Api;

/// <summary>What is not answered as it was asked, and how the server says so.</summary>
public sealed class RefusalTests(ServedShop shop) : IClassFixture<ServedShop>
{
    private ApiServer Server => shop.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"slotts": 4}""", "$.slotts")]
    [InlineData("""{"include": ["shop.*", 7]}""", "$.include[1]")]
    [InlineData("""{"include": ["shop.*", ""]}""", "$.include[1]")]
    [InlineData("""{"include": "shop.*"}""", "$.include")]
    [InlineData("""{"profile": "sparc"}""", "$.profile")]
    [InlineData("""{"onError": 1}""", "$.onError")]
    [InlineData("""{"slots": 0}""", "$.slots")]
    [InlineData("""{"slots": 513}""", "$.slots")]
    [InlineData("""{"slots": 1.5}""", "$.slots")]
    [InlineData("""{"targetFileSize": 5}""", "$.targetFileSize")]
    [InlineData("""{"replaceSource": 1}""", "$.replaceSource")]
    [InlineData("""{"replaceSource": "yes"}""", "$.replaceSource")]
    [InlineData("""{"dryRun": null}""", "$.dryRun")]
    [InlineData("""{"dryRun": false, "dryRun": true}""", "$.dryRun")]
    [InlineData("""{"tables": {"shop.orders": {"masks": {} } } }""", "$.tables['shop.orders'].masks")]
    [InlineData("""{"tables": {"shop.orders": {"mask": {"total": 1} } } }""", "$.tables['shop.orders'].mask.total")]
    [InlineData("""{"tables": {"shop.orders": {"policies": {"total": "perhaps"} } } }""", "$.tables['shop.orders'].policies.total")]
    [InlineData("""{"tables": {"shop.orders": {"filter": "pg_sleep(9) IS NULL"} } }""", "$.tables['shop.orders'].filter")]
    [InlineData("[]", "$")]
    [InlineData("null", "$")]
    [InlineData("{", "$")]
    public async Task A_bad_body_is_refused_with_the_path_of_the_field(string json, string path)
    {
        var answer = await Server.Post("api/v1/migrations", json);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("application/problem+json", answer.Type);
        var error = Assert.Single(answer["errors"]!.AsArray())!;
        Assert.Equal(path, (string?)error["path"]);
        Assert.DoesNotContain("Mammoth.", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        var answer = await Server.Post("api/v1/plan", $$"""{"include": ["{{new string('x', 1 << 20)}}"]}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Equal("too-large", (string?)answer["code"]);
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_not_read_past_the_limit()
    {
        using var endless = new StreamContent(new MemoryStream(Enumerable.Repeat((byte)' ', 3 << 20).ToArray()));
        endless.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/plan") { Content = endless };
        request.Headers.TransferEncodingChunked = true;
        var answer = await Answer.Of(await Server.Client.SendAsync(request, Cancellation));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
    }

    [Fact]
    public async Task A_body_that_is_not_declared_as_json_is_refused()
    {
        using var form = new StringContent("include=x", Encoding.UTF8, "application/x-www-form-urlencoded");
        var answer = await Answer.Of(await Server.Client.PostAsync(new Uri("api/v1/migrations", UriKind.Relative), form, Cancellation));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer wrong-wrong-wrong-wrong-wrong")]
    [InlineData("Basic dGVzdDp0ZXN0")]
    [InlineData("{hash}")]
    [InlineData("{key}x")]
    public async Task Without_the_key_nothing_is_told(string? authorization)
    {
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Server.Key!)));
        using var client = new HttpClient { BaseAddress = Server.Url };
        if (authorization is not null)
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization.Replace("{hash}", $"Bearer {hash}", StringComparison.Ordinal).Replace("{key}", $"Bearer {Server.Key}", StringComparison.Ordinal));
        foreach (string path in new[] { "api/v1/info", "api/v1/runs", "api/v1/runs/none", "api/v1/tables", "api/v1/tables/shop/orders", "iceberg/v1/config", "iceberg/v1/namespaces", "nowhere", "page/../api/v1/info" })
        {
            var answer = await Answer.Of(await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation));
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, answer.Status));
            Assert.Equal("application/problem+json", answer.Type);
            Assert.Contains(answer.Headers.WwwAuthenticate, h => h.Scheme == "Bearer");
        }

        var start = await Answer.Of(await client.PostAsync(new Uri("api/v1/migrations", UriKind.Relative), null, Cancellation));
        Assert.Equal(HttpStatusCode.Unauthorized, start.Status);
    }

    [Fact]
    public async Task The_key_is_taken_from_either_header()
    {
        using var client = new HttpClient { BaseAddress = Server.Url };
        client.DefaultRequestHeaders.Add("x-functions-key", Server.Key);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("api/v1/info", UriKind.Relative), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Health_the_page_and_the_description_are_open()
    {
        using var client = new HttpClient { BaseAddress = Server.Url };
        foreach (string path in new[] { "health", "openapi.json", "" })
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("api/v1/runs/..%2f..%2fcatalog")]
    [InlineData("api/v1/runs/.index")]
    [InlineData("api/v1/runs/.requests/report")]
    [InlineData("api/v1/runs/a%0Ab/report")]
    [InlineData("api/v1/tables/..%2f_mammoth/catalog.json")]
    [InlineData("api/v1/tables/shop/orders%2f..%2forders")]
    [InlineData("api/v1/tables/shop/ORDERS")]
    [InlineData("page/..%2f..%2fapi.dll")]
    [InlineData("page/%2fetc%2fpasswd")]
    [InlineData("iceberg/v1/namespaces/shop/tables/..%2forders")]
    [InlineData("iceberg/v1/namespaces/%2e%2e/tables")]
    public async Task A_path_that_leads_elsewhere_leads_nowhere(string path)
    {
        // HttpClient would tidy the path: it goes over the wire as it is.
        var answer = await Raw.Get(Server, path);
        Assert.Equal(404, answer.Status);
        Assert.DoesNotContain("root:", answer.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Server.Get("health")).Status);
    }

    [Theory]
    [InlineData("GET", "api/v1/migrations")]
    [InlineData("DELETE", "api/v1/runs/x")]
    [InlineData("PUT", "api/v1/tables/shop/orders")]
    [InlineData("POST", "health")]
    public async Task A_method_that_is_not_for_a_path_is_refused(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var answer = await Answer.Of(await Server.Client.SendAsync(request, Cancellation));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Equal("method", (string?)answer["code"]);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("cancel")]
    public async Task A_run_that_has_ended_can_not_be_controlled(string what)
    {
        var answer = await Server.Post($"{shop.Run}/{what}");
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Equal("ended", (string?)answer["code"]);
        Assert.Equal(HttpStatusCode.NotFound, (await Server.Post($"api/v1/runs/none/{what}")).Status);
    }

    [Theory]
    [InlineData("api/v1/runs?limit=0")]
    [InlineData("api/v1/runs?limit=101")]
    [InlineData("api/v1/runs?limit=-1")]
    [InlineData("api/v1/runs?limit=ten")]
    public async Task A_query_that_can_not_be_is_refused(string path) => Assert.Equal(HttpStatusCode.BadRequest, (await Server.Get(path)).Status);

    [Fact]
    public async Task Every_answer_carries_the_headers_that_keep_browsers_in_check()
    {
        foreach (string path in new[] { "", "health", "api/v1/info", "nowhere" })
        {
            var answer = await Server.Get(path);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Server"));
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task No_answer_and_no_line_of_the_log_holds_a_secret()
    {
        foreach (string path in new[] { "api/v1/info", shop.Run, $"{shop.Run}/report", $"{shop.Run}/plan", "api/v1/tables/shop/orders", "openapi.json" })
            NoSecret((await Server.Get(path)).Text);
        NoSecret(Server.Said);

        void NoSecret(string text)
        {
            Assert.DoesNotContain(Server.Key!, text, StringComparison.Ordinal);
            Assert.DoesNotContain("Password=", text, StringComparison.OrdinalIgnoreCase);
        }
    }
}
