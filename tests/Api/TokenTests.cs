using System.Net;
using System.Security.Cryptography;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api;

/// <summary>Tokens of an OpenID issuer beside keys.</summary>
public sealed class TokenTests(PostgresFixture postgres)
{
    private const string Audience = "api://mammoth";
    private const string Role = "Mammoth.Operate";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_a_token_of_the_issuer_for_this_server_with_the_role_is_taken()
    {
        await using var issuer = await TokenIssuer.Start();
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        await using var server = await area.Serve("--token-authority", issuer.Url, "--token-audience", Audience);
        using var stranger = RSA.Create(2048);
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        Assert.Equal(HttpStatusCode.OK, await Asked(issuer.Token(Audience, Role)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Asked(issuer.Token(Audience, "Mammoth.Look")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Asked(issuer.Token(Audience, Role, c => c.Remove("roles"))));
        Assert.Equal(HttpStatusCode.Unauthorized, await Asked(issuer.Token("api://other", Role)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Asked(issuer.Token(Audience, Role, c => c["iss"] = "https://elsewhere.example")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Asked(issuer.Token(Audience, Role, c => c["exp"] = now - 3600)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Asked(issuer.Token(Audience, Role, signer: stranger)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Asked(issuer.Token(Audience, Role, algorithm: "none")));
        Assert.Equal(HttpStatusCode.OK, (await server.Get("api/v1/info")).Status);

        async Task<HttpStatusCode> Asked(string token)
        {
            using var client = new HttpClient { BaseAddress = server.Url };
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
            return (await client.GetAsync(new Uri("api/v1/info", UriKind.Relative), Cancellation)).StatusCode;
        }
    }
}
