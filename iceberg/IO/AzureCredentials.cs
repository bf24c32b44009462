using Azure.Core;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;

namespace Mammoth.Iceberg.IO;

/// <summary>How a storage account is signed in to. Chosen once; the secret goes to the client and nowhere else.</summary>
internal sealed class AzureCredentials
{
    public const string OwnConnection = "MAMMOTH_AZURE_CONNECTION";
    public const string CommonConnection = "AZURE_STORAGE_CONNECTION_STRING";
    public const string AccountKey = "AZURE_STORAGE_KEY";

    private readonly StorageSharedKeyCredential? _key;
    private readonly string? _signature;
    private readonly TokenCredential? _token;

    private AzureCredentials(string source, StorageSharedKeyCredential? key = null, string? signature = null, TokenCredential? token = null)
    {
        Source = source;
        _key = key;
        _signature = signature;
        _token = token;
    }

    /// <summary>Where the credentials came from, for errors: "the account key in AZURE_STORAGE_KEY".</summary>
    public string Source { get; }

    public bool IsSignature => _signature is not null;

    /// <summary>Whether a person or an identity is signed in, so that roles decide.</summary>
    public bool IsIdentity => _token is not null;

    /// <summary>
    /// The first that is there: a signature in the address, a connection string for this account, an emulator's known key, the account key,
    /// else the identity that Azure's own tools would use.
    /// </summary>
    /// <returns>The credentials, and the endpoint where a connection string names another.</returns>
    public static (AzureCredentials Credentials, Uri Endpoint) Choose(AzureAddress address, Func<string, string?> variable)
    {
        if (address.Signature is { } signature)
            return (new("the signature in the warehouse's address", signature: signature), address.Endpoint);
        foreach (var name in (string[])[OwnConnection, CommonConnection])
        {
            if (variable(name) is not { Length: > 0 } text)
                continue;
            var connection = AzureConnection.Parse(text, name);
            if (connection.Account == address.Account)
                return (OfConnection(connection, name), address.EndpointGiven ? address.Endpoint : connection.Endpoint ?? address.Endpoint);
            // The common variable may be there for other tools; ours would not be there for nothing.
            if (name == OwnConnection && !address.IsEmulator)
                throw new StorageException($"The connection string in {name} is for the storage account '{connection.Account}', but the warehouse is in '{address.Account}'. Correct one of them, or unset {name}.", name);
        }
        if (address.Account == AzureAddress.EmulatorAccount)
            return (OfKey(address.Account, AzureConnection.EmulatorKey, "the emulator's known key"), address.Endpoint);
        if (variable(AccountKey) is { Length: > 0 } key)
            return (OfKey(address.Account, key, $"the account key in {AccountKey}"), address.Endpoint);
        return (new("the identity signed in on this machine", token: new DefaultAzureCredential()), address.Endpoint);
    }

    public BlobServiceClient Connect(Uri endpoint, BlobClientOptions options)
    {
        if (_key is not null)
            return new(endpoint, _key, options);
        return _signature is not null ? new(new UriBuilder(endpoint) { Query = _signature }.Uri, options) : new(endpoint, _token!, options);
    }

    private static AzureCredentials OfConnection(AzureConnection connection, string name) => connection.Key is { } key
        ? OfKey(connection.Account!, key, $"the connection string in {name}")
        : new($"the connection string in {name}", signature: connection.Signature);

    private static AzureCredentials OfKey(string account, string key, string source)
    {
        try
        {
            return new(source, key: new(account, key));
        }
        catch (FormatException)
        {
            // The cause is left out: it could show a part of the key.
            throw new StorageException($"The key of the storage account '{account}' ({source}) is not whole: it must be Base64. Copy it again from the account's page 'Access keys'.", account);
        }
    }
}
