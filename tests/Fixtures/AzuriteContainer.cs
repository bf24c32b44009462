using Azure.Storage.Blobs;
using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Fixtures;

/// <summary>A container of a test's own in the emulator.</summary>
/// <param name="ConnectionString">The emulator's, for readers such as ClickHouse's <c>icebergAzure('…', 'name', 'folder')</c>.</param>
public sealed record AzuriteContainer(string ConnectionString, string Name)
{
    /// <summary>The container, past what is tested.</summary>
    public BlobContainerClient Client { get; } =
        new(ConnectionString, Name, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_11_03));

    /// <summary>The warehouse as a user writes it: <c>http://127.0.0.1:port/devstoreaccount1/name</c>.</summary>
    public string Url => Client.Uri.AbsoluteUri;

    /// <summary>Opens the container as a warehouse.</summary>
    /// <param name="configure">Changes how the emulator is talked to.</param>
    internal Warehouse Open(Action<BlobClientOptions>? configure = null) =>
        Warehouse.Open(Url, name => name == AzureCredentials.OwnConnection ? ConnectionString : null, configure);
}
