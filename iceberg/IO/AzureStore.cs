using Azure.Core;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace Mammoth.Iceberg.IO;

/// <summary>One storage account: its clients, and the way between <c>abfss://</c> locations and blobs.</summary>
internal sealed class AzureStore
{
    private readonly BlobServiceClient _service;
    private readonly string _host;

    private AzureStore(AzureAddress address, Uri endpoint, AzureCredentials credentials, BlobServiceClient service)
    {
        _service = service;
        _host = address.Host;
        Account = address.Account;
        IsEmulator = address.IsEmulator;
        Endpoint = endpoint;
        Credentials = credentials;
    }

    public string Account { get; }

    public bool IsEmulator { get; }

    public Uri Endpoint { get; }

    public AzureCredentials Credentials { get; }

    public static AzureStore Open(AzureAddress address, Func<string, string?> variable, Action<BlobClientOptions>? configure)
    {
        var (credentials, endpoint) = AzureCredentials.Choose(address, variable);
        // One version of the protocol for Azure and emulators, so that what tests have seen is what runs.
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_11_03)
        {
            Diagnostics = { ApplicationId = "mammoth" },
            // Every block and small file travels with its MD5, which the store compares.
            TransferValidation = { Upload = { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 } },
        };
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 6;
        options.Retry.Delay = TimeSpan.FromMilliseconds(500);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(20);
        options.AddPolicy(new AzureRefusals(), HttpPipelinePosition.PerRetry);
        options.AddPolicy(AzureAttempts.Policy, HttpPipelinePosition.PerRetry);
        configure?.Invoke(options);
        options.RetryPolicy ??= new AzureCircuit(options.Retry);
        return new(address, endpoint, credentials, credentials.Connect(endpoint, options));
    }

    /// <summary>The location of a blob, or of a container's root where the name is empty. Names are not percent-encoded in locations.</summary>
    public string Location(string container, string name) => $"abfss://{container}@{_host}/{name}";

    public BlockBlobClient Blob(string location)
    {
        var (container, name) = Parts(location);
        if (name.Length == 0 || name.Split('/').Any(s => s is "." or ".."))
            throw new ArgumentException($"'{location}' names no file.", nameof(location));
        return _service.GetBlobContainerClient(container).GetBlockBlobClient(name);
    }

    public (BlobContainerClient Container, string Prefix) Folder(string prefix)
    {
        var (container, name) = Parts(prefix);
        return (_service.GetBlobContainerClient(container), name);
    }

    public static string ContainerOf(string location) => location.Split('@', 2)[0].Split("://", 2)[^1];

    private (string Container, string Name) Parts(string location)
    {
        var rest = location.StartsWith("abfss://", StringComparison.OrdinalIgnoreCase) ? location[8..]
            : location.StartsWith("abfs://", StringComparison.OrdinalIgnoreCase) ? location[7..] : "";
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return at > 0 && slash > at && rest.AsSpan(at + 1, slash - at - 1).Equals(_host, StringComparison.OrdinalIgnoreCase)
            ? (rest[..at], rest[(slash + 1)..])
            : throw new ArgumentException($"'{location}' is not in the storage account '{Account}': it must start with abfss://container@{_host}/.", nameof(location));
    }
}
