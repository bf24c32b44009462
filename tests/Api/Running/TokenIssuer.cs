using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mammoth.Tests.Api.Running;

/// <summary>An OpenID issuer on this machine, which signs whatever a test likes.</summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    private readonly RSA key = RSA.Create(2048);
    private readonly WebApplication app;

    private TokenIssuer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        app = builder.Build();
        app.UseRouting();
        app.MapGet("/.well-known/openid-configuration", (RequestDelegate)(c => Write(c, new JsonObject { ["issuer"] = Url, ["jwks_uri"] = $"{Url}/keys" })));
        app.MapGet("/keys", (RequestDelegate)(c => Write(c, new JsonObject { ["keys"] = new JsonArray(PublicKey()) })));
    }

    public string Url => app.Urls.First();

    public static async Task<TokenIssuer> Start()
    {
        var issuer = new TokenIssuer();
        await issuer.app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    /// <summary>A token that is good, but for what <paramref name="change"/> does to it.</summary>
    public string Token(string audience, string role, Action<JsonObject>? change = null, RSA? signer = null, string algorithm = "RS256")
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Url, ["aud"] = audience, ["sub"] = "tester", ["nbf"] = now - 60, ["iat"] = now - 60, ["exp"] = now + 3600, ["roles"] = new JsonArray(role) };
        change?.Invoke(claims);
        string text = $"{Part(new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = "k" })}.{Part(claims)}";
        return algorithm == "none" ? $"{text}." : $"{text}.{Base64Url.EncodeToString((signer ?? key).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }

    private static string Part(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static Task Write(HttpContext context, JsonObject json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString());
    }

    private JsonObject PublicKey()
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["kid"] = "k",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
    }
}
