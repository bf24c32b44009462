using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Iceberg.IO;

public sealed class AzureCredentialsTests
{
    private const string Acme = "https://acme.blob.core.windows.net/lake";
    private const string Key = "c2VjcmV0IG9mIGFjbWU=";
    private const string AcmeConnection = $"DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={Key};EndpointSuffix=core.windows.net";
    private const string OtherConnection = $"AccountName=other;AccountKey={Key}";

    [Fact]
    public void The_first_that_is_there_is_taken()
    {
        var variables = new Dictionary<string, string>
        {
            ["MAMMOTH_AZURE_CONNECTION"] = AcmeConnection,
            ["AZURE_STORAGE_CONNECTION_STRING"] = AcmeConnection,
            ["AZURE_STORAGE_KEY"] = Key,
        };
        Assert.Equal("the signature in the warehouse's address", Source($"{Acme}?sig=x", variables));
        foreach (var (name, what) in new[] { ("MAMMOTH_AZURE_CONNECTION", "connection string"), ("AZURE_STORAGE_CONNECTION_STRING", "connection string"), ("AZURE_STORAGE_KEY", "account key") })
        {
            Assert.Equal($"the {what} in {name}", Source(Acme, variables));
            variables.Remove(name);
        }
        Assert.Equal("the identity signed in on this machine", Source(Acme, variables));
    }

    [Fact]
    public void An_emulator_needs_nothing()
    {
        Assert.Equal("the emulator's known key", Source("http://127.0.0.1:10000/devstoreaccount1/lake", []));
        Assert.Equal("the emulator's known key", Source("http://localhost:10001/devstoreaccount1/lake", new() { ["MAMMOTH_AZURE_CONNECTION"] = AcmeConnection, ["AZURE_STORAGE_KEY"] = Key }));
        Assert.Equal("the connection string in MAMMOTH_AZURE_CONNECTION", Source("http://localhost:10001/devstoreaccount1/lake", new() { ["MAMMOTH_AZURE_CONNECTION"] = "UseDevelopmentStorage=true" }));
    }

    [Fact]
    public void A_connection_string_for_another_account_is_an_error_in_our_variable_and_passed_over_in_the_common_one()
    {
        var refused = Assert.Throws<StorageException>(() => Source(Acme, new() { ["MAMMOTH_AZURE_CONNECTION"] = OtherConnection }));
        Assert.Contains("is for the storage account 'other', but the warehouse is in 'acme'", refused.Message, StringComparison.Ordinal);
        Assert.Equal("the identity signed in on this machine", Source(Acme, new() { ["AZURE_STORAGE_CONNECTION_STRING"] = OtherConnection }));
    }

    [Theory]
    [InlineData("abfss://lake@acme.dfs.core.windows.net", "https://private.example/acme")]
    [InlineData("https://acme.blob.core.windows.net/lake", "https://acme.blob.core.windows.net/")]
    public void The_connection_strings_endpoint_counts_where_the_address_names_none(string text, string endpoint)
    {
        var (credentials, chosen) = AzureCredentials.Choose(AzureAddress.Parse(text), Variables(new()
        {
            ["MAMMOTH_AZURE_CONNECTION"] = "AccountName=acme;BlobEndpoint=https://private.example/acme/;SharedAccessSignature=?sv=2023&sig=x",
        }));
        Assert.Equal(endpoint, chosen.AbsoluteUri);
        Assert.True(credentials.IsSignature);
    }

    [Theory]
    [InlineData("MAMMOTH_AZURE_CONNECTION", "secret-but-no-connection-string")]
    [InlineData("MAMMOTH_AZURE_CONNECTION", "AccountName=acme;AccountKey=secret-not-base64!")]
    [InlineData("MAMMOTH_AZURE_CONNECTION", "AccountName=acme;secret")]
    [InlineData("MAMMOTH_AZURE_CONNECTION", "BlobEndpoint=secret;AccountKey=secret")]
    [InlineData("AZURE_STORAGE_CONNECTION_STRING", "AccountKey=secret")]
    [InlineData("AZURE_STORAGE_KEY", "secret-not-base64!")]
    public void What_is_damaged_is_named_and_not_shown(string name, string value)
    {
        var refused = Assert.Throws<StorageException>(() => Source(Acme, new() { [name] = value }));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Copy it again", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    private static string Source(string text, Dictionary<string, string> variables) =>
        AzureCredentials.Choose(AzureAddress.Parse(text), Variables(variables)).Credentials.Source;

    private static Func<string, string?> Variables(Dictionary<string, string> variables) => name => variables.GetValueOrDefault(name);
}
