namespace Mammoth.Iceberg.IO;

/// <summary>What an Azure storage connection string says (<c>AccountName=…;AccountKey=…;BlobEndpoint=…</c>). Never to be shown.</summary>
internal sealed class AzureConnection
{
    /// <summary>The emulators' key, the same everywhere and documented: no secret.</summary>
    public const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public required string? Account { get; init; }

    public required string? Key { get; init; }

    public required string? Signature { get; init; }

    public required Uri? Endpoint { get; init; }

    /// <param name="source">The variable it came from, for the error.</param>
    public static AzureConnection Parse(string text, string source)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value])
                parts[name] = value;
        if (parts.GetValueOrDefault("UseDevelopmentStorage") is { } emulator && bool.TryParse(emulator, out var wanted) && wanted)
            return new() { Account = AzureAddress.EmulatorAccount, Key = EmulatorKey, Signature = null, Endpoint = new($"http://127.0.0.1:10000/{AzureAddress.EmulatorAccount}") };

        var key = parts.GetValueOrDefault("AccountKey");
        var signature = parts.GetValueOrDefault("SharedAccessSignature")?.TrimStart('?');
        Uri? endpoint = null;
        if (parts.GetValueOrDefault("BlobEndpoint") is { } given && !Uri.TryCreate(given.TrimEnd('/'), UriKind.Absolute, out endpoint))
            throw Unusable(source, "its BlobEndpoint is no URL");
        var account = parts.GetValueOrDefault("AccountName") ?? (endpoint is null ? null : AccountOf(endpoint));
        if (account is null)
            throw Unusable(source, "it has neither AccountName nor BlobEndpoint");
        if (key is null && signature is null)
            throw Unusable(source, "it has neither AccountKey nor SharedAccessSignature");
        return new() { Account = account, Key = key, Signature = signature, Endpoint = endpoint };
    }

    private static string AccountOf(Uri endpoint) => endpoint.HostNameType == UriHostNameType.Dns && !endpoint.IsLoopback && endpoint.Host.Contains('.')
        ? endpoint.Host.Split('.')[0]
        : endpoint.AbsolutePath.Trim('/');

    private static StorageException Unusable(string source, string why) =>
        new($"The connection string in {source} can't be used: {why}. Copy it again from the storage account's page 'Access keys'.", source);
}
