using System.Text.RegularExpressions;

namespace Mammoth.Iceberg.IO;

/// <summary>A place in Azure storage, as a user wrote it. No record: a record would print the signature.</summary>
internal sealed partial class AzureAddress
{
    /// <summary>The name of the emulators' account, and of none in Azure.</summary>
    public const string EmulatorAccount = "devstoreaccount1";

    private const string PublicSuffix = "core.windows.net";

    public required string Account { get; init; }

    /// <summary>The host in <c>abfss://</c> locations.</summary>
    public required string Host { get; init; }

    public required string Container { get; init; }

    /// <summary>The folder in the container, without slashes at its ends; empty for the container itself.</summary>
    public required string Prefix { get; init; }

    /// <summary>Where the account's blobs are asked for.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Whether the user named the endpoint (and did not leave it to a rule).</summary>
    public required bool EndpointGiven { get; init; }

    /// <summary>The shared access signature that came with the address, without the question mark. Never to be shown.</summary>
    public string? Signature { get; init; }

    public bool IsEmulator => Account == EmulatorAccount || Endpoint.IsLoopback;

    public static AzureAddress Parse(string text)
    {
        var (place, signature) = text.Split('?', 2) is [var before, { Length: > 0 } after] ? (before, after) : (text.TrimEnd('?'), null);
        return place.StartsWith("abfs", StringComparison.OrdinalIgnoreCase) ? ParseAbfs(place, signature) : ParseUrl(place, signature);
    }

    /// <summary>What may be shown of an address: no signature, no password.</summary>
    public static string Redact(string text) => UserInformation().Replace(text.Split('?', 2)[0], "://***@");

    private static AzureAddress ParseAbfs(string place, string? signature)
    {
        if (AbfsForm().Match(place) is not { Success: true } match || ServiceHost().Match(match.Groups["host"].Value) is not { Success: true } host)
            throw new WarehouseFormatException($"'{place}' is not of the form abfss://container@account.dfs.core.windows.net/folder.");
        var account = host.Groups["account"].Value.ToLowerInvariant();
        var suffix = host.Groups["suffix"].Value.ToLowerInvariant();
        return new()
        {
            Account = account,
            Host = $"{account}.dfs.{suffix}",
            Container = CheckedContainer(match.Groups["container"].Value, place),
            Prefix = CheckedPrefix(match.Groups["path"].Value, place),
            Endpoint = account == EmulatorAccount ? new($"http://127.0.0.1:10000/{account}") : new($"https://{account}.blob.{suffix}"),
            EndpointGiven = false,
            Signature = signature,
        };
    }

    private static AzureAddress ParseUrl(string place, string? signature)
    {
        var shown = Redact(place);
        if (!Uri.TryCreate(place, UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            throw new WarehouseFormatException($"'{shown}' is no address of a container.");
        // A URL's path is percent-encoded; names of blobs are not.
        var segments = url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        if (ServiceHost().Match(url.Host) is { Success: true } host)
        {
            if (url.Scheme != Uri.UriSchemeHttps)
                throw new WarehouseFormatException($"'{shown}' is not encrypted: it must start with https://.");
            if (segments.Length == 0)
                throw new WarehouseFormatException($"'{shown}' names no container.");
            var account = host.Groups["account"].Value;
            var suffix = host.Groups["suffix"].Value;
            return new()
            {
                Account = account,
                Host = $"{account}.dfs.{suffix}",
                Container = CheckedContainer(segments[0], shown),
                Prefix = CheckedPrefix(string.Join('/', segments[1..]), shown),
                Endpoint = new($"https://{account}.blob.{suffix}{(url.IsDefaultPort ? "" : $":{url.Port}")}"),
                EndpointGiven = true,
                Signature = signature,
            };
        }
        if (segments.Length < 2 || !AccountName().IsMatch(segments[0]))
            throw new WarehouseFormatException($"'{shown}' names no storage account and container.");
        // A key signs requests and is not sent, but a signature is, and so are the rows.
        if (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback && segments[0] != EmulatorAccount)
            throw new WarehouseFormatException($"'{shown}' is not encrypted: http:// is for an emulator only.");
        return new()
        {
            Account = segments[0],
            Host = $"{segments[0]}.dfs.{PublicSuffix}",
            Container = CheckedContainer(segments[1], shown),
            Prefix = CheckedPrefix(string.Join('/', segments[2..]), shown),
            Endpoint = new($"{url.GetLeftPart(UriPartial.Authority)}/{segments[0]}"),
            EndpointGiven = true,
            Signature = signature,
        };
    }

    private static string CheckedContainer(string name, string shown) => ContainerName().IsMatch(name) ? name
        : throw new WarehouseFormatException($"'{shown}' names the container '{name}', but a container's name has 3 to 63 lower-case letters, digits and single hyphens.");

    private static string CheckedPrefix(string path, string shown)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments.Any(s => s is "." or "..")
            ? throw new WarehouseFormatException($"'{shown}' has '.' or '..' in its path, which object stores take for names.")
            : string.Join('/', segments);
    }

    // account.dfs.core.windows.net, other clouds' suffixes, and DNS zones (account.z01.blob.storage.azure.net).
    [GeneratedRegex(@"^(?<account>[a-z0-9]+(\.z[0-9]+)?)\.(dfs|blob)\.(?<suffix>[a-z0-9.-]+)$", RegexOptions.IgnoreCase)]
    private static partial Regex ServiceHost();

    [GeneratedRegex("^abfss?://(?<container>[^@/]+)@(?<host>[^/]+)(?<path>/.*)?$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex AbfsForm();

    [GeneratedRegex(@"^(\$web|\$root|[a-z0-9](-?[a-z0-9]){2,62})$")]
    private static partial Regex ContainerName();

    [GeneratedRegex("^[a-z0-9]{3,24}$")]
    private static partial Regex AccountName();

    [GeneratedRegex("://[^/@]*:[^/@]*@")]
    private static partial Regex UserInformation();
}
