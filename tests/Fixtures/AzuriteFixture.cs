using System.Diagnostics;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using DotNet.Testcontainers.Builders;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace Mammoth.Tests.Fixtures;

/// <summary>
/// One emulator of Azure's blob storage for the whole test run: the one <c>MAMMOTH_TEST_AZURITE</c> names (a connection string),
/// else a Docker container where a Docker engine answers, else the npm package. It is started by the first test that asks.
/// </summary>
public sealed partial class AzuriteFixture : IAsyncDisposable
{
    public const string Variable = "MAMMOTH_TEST_AZURITE";
    private const int Port = 10000;

    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly List<string> _containers = [];
    private string? _connectionString;
    private IAsyncDisposable? _container;
    private Process? _process;

    /// <summary>Creates an empty container of the caller's own.</summary>
    public async Task<AzuriteContainer> CreateContainer(CancellationToken cancellation)
    {
        var container = new AzuriteContainer(await ConnectionString(cancellation), $"t{Guid.NewGuid():N}");
        await container.Client.CreateAsync(cancellationToken: cancellation);
        lock (_containers)
            _containers.Add(container.Name);
        return container;
    }

    /// <summary>The emulator's connection string, with its key.</summary>
    public async Task<string> ConnectionString(CancellationToken cancellation)
    {
        await _starting.WaitAsync(cancellation);
        try
        {
            return _connectionString ??= await Start(cancellation);
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await End(_process);
        else if (_container is not null)
            await _container.DisposeAsync();
        else if (_connectionString is not null)
            foreach (var name in _containers)
                await new BlobContainerClient(_connectionString, name).DeleteIfExistsAsync();
        _starting.Dispose();
    }

    private async Task<string> Start(CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        if (await DockerEngine.AnswersAsync(cancellation))
        {
            var container = new ContainerBuilder("mcr.microsoft.com/azure-storage/azurite:latest")
                .WithCommand("azurite-blob", "--blobHost", "0.0.0.0", "--skipApiVersionCheck", "--disableTelemetry", "--silent")
                .WithPortBinding(Port, assignRandomHostPort: true)
                .WithWaitStrategy(Wait.ForUnixContainer().UntilInternalTcpPortIsAvailable(Port))
                .Build();
            _container = container;
            await container.StartAsync(cancellation);
            return ForPort(container.GetMappedPublicPort(Port));
        }
        return await StartProcess(cancellation);
    }

    private async Task<string> StartProcess(CancellationToken cancellation)
    {
        _process = NodeModules.Start("node", await NodeModules.Install(cancellation), "azurite.mjs");
        var complaints = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (await _process.StandardOutput.ReadLineAsync(cancellation) is { } line)
            if (Listens().Match(line) is { Success: true } match)
            {
                // It says no more than a few lines, which the pipe holds.
                return ForPort(ushort.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
            }
        throw new InvalidOperationException($"Azurite ended at its start. It said: {await complaints}");
    }

    private static async Task End(Process process)
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
        process.Dispose();
    }

    private static string ForPort(ushort port) =>
        $"DefaultEndpointsProtocol=http;AccountName={AzureAddress.EmulatorAccount};AccountKey={AzureConnection.EmulatorKey};BlobEndpoint=http://127.0.0.1:{port}/{AzureAddress.EmulatorAccount};";

    [GeneratedRegex(@"listens on http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listens();
}
